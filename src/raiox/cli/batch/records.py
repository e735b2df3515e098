"""What a file of results is made of: one record per image, in a format that can be continued."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import IO, NamedTuple

from raiox.cli.batch.documents import FileDocument


class Ending(NamedTuple):
    """How a file ended."""

    outcome: str
    """`analysed`, `rejected`, or nothing if it failed."""
    code: str
    """Why it was rejected or failed."""
    finding: str = ""
    """Of an analysed one."""


class Record(NamedTuple):
    """What is read back of a record that an earlier run wrote."""

    path: str
    ending: Ending
    model_id: str
    """Of the classifier; nothing where it had no part in the result."""


class RecordFormat(ABC):
    """How records become bytes, and which bytes are whole records."""

    header: bytes = b""
    """What stands before the first record."""

    @abstractmethod
    def encode(self, document: FileDocument) -> bytes:
        """The record of one document."""

    @abstractmethod
    def end_of_records(self, stream: IO[bytes]) -> int:
        """Offset behind the last whole record: a process that is killed leaves half a one.

        Raises:
            ValueError: the stream does not begin as this format does.
        """

    @abstractmethod
    def read(self, stream: IO[bytes], end: int) -> Iterator[Record]:
        """The records before an offset.

        Raises:
            ValueError: there is something else.
        """
