"""Results as one JSON object per line."""

import json
from collections.abc import Iterator
from typing import IO

from raiox.cli.batch.documents import FileDocument
from raiox.cli.batch.records import Ending, Record, RecordFormat

BEGINNING = b'{"id": "'


class JsonLines(RecordFormat):
    """Lines that end in a line feed, which JSON never holds inside."""

    def encode(self, document: FileDocument) -> bytes:
        """One line."""
        return document.to_json()

    def end_of_records(self, stream: IO[bytes]) -> int:
        """Offset behind the last line feed."""
        stream.seek(0)
        end = 0
        for line in stream:
            if not line.startswith(BEGINNING[: len(line)]):
                raise ValueError(line[: len(BEGINNING)])
            end += len(line) if line.endswith(b"\n") else 0
        return end

    def read(self, stream: IO[bytes], end: int) -> Iterator[Record]:
        """One record per line."""
        stream.seek(0)
        while stream.tell() < end:
            yield _record(json.loads(stream.readline()))


def is_json_lines(head: bytes) -> bool:
    """Whether a file that begins so holds lines of this module."""
    return head.startswith(BEGINNING) and b'"state": "' in head


def _record(document: dict[str, dict[str, str] | None]) -> Record:
    try:
        refused = document["rejection"] or document["error"] or {}
        outcome, finding = (str(document[name] or "") for name in ("outcome", "finding"))
        ending = Ending(outcome, refused.get("code", ""), finding)
        return Record(str(document["path"]), ending, (document["model"] or {}).get("id", ""))
    except KeyError as error:
        raise ValueError(*error.args) from error
