"""The embedding map in the files that TensorBoard's projector loads.

Two tables without escapes: one line of numbers for each case, and one line of words.
"""

import json
from typing import Any

TSV = "text/tab-separated-values"
_WORDS = ("image", "finding", "source")


def tensors_tsv(embedding_map: bytes) -> str:
    """The coordinates, one case a line, no header."""
    told: dict[str, Any] = json.loads(embedding_map)
    return "".join("\t".join(map(str, place)) + "\n" for place in told["coordinates"])


def metadata_tsv(embedding_map: bytes) -> str:
    """What is known of each case, in the same order, below a header."""
    told: dict[str, Any] = json.loads(embedding_map)
    rows = [_WORDS, *([case[word] for word in _WORDS] for case in told["cases"])]
    return "".join("\t".join(row) + "\n" for row in rows)
