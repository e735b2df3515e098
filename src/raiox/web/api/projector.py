"""The embedding map in the files that TensorBoard's projector loads.

Two tables without escapes: one line of numbers for each case, and one line of words.
"""

from dataclasses import astuple, fields

from raiox.bundle.embedding_map import EmbeddingMap, MapCase

TSV = "text/tab-separated-values"


def tensors_tsv(embedding_map: EmbeddingMap) -> str:
    """The coordinates, one case per line, without a header."""
    rows = embedding_map.rounded_coordinates()
    return "".join("\t".join(map(str, row)) + "\n" for row in rows)


def metadata_tsv(embedding_map: EmbeddingMap) -> str:
    """What is known of each case, in the same order, below a header."""
    header = [field.name for field in fields(MapCase)]
    rows = [header, *(astuple(case) for case in embedding_map.cases)]
    return "".join("\t".join(row) + "\n" for row in rows)
