"""A ZIP archive whose author may be hostile: what files it holds, and their bytes, within bounds.

Nothing is ever written to a disk, so no name leads anywhere; a name that tries is refused all
the same. Of each file only as much is inflated as whoever reads it takes.
"""

import encodings.cp437  # noqa: F401 - of names; a confined process can no longer import it
import io
import struct
import sys
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Final, Self

from raiox.intake.errors import ArchiveError, TooLargeInflatedError

NAME: Final = "ZIP"
MAX_MEMBERS: Final = 1_000
MAX_READ_BYTES: Final = 2**20
"""Of the directory, and at once: nothing declared is taken at its word."""
ENCRYPTED: Final = 0x1  # general purpose flags, bit 0
METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
DISC_INDEX: Final = "DICOMDIR"

DAMAGES: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, LookupError, OSError, RuntimeError, ValueError,
)  # fmt: skip
"""What the library raises of an archive that contradicts itself."""


class ZipArchive:
    """Opened and checked; close it, or use it as a context."""

    def __init__(self, source: Path | bytes | io.BufferedIOBase) -> None:
        """Read and check the directory.

        Args:
            source: a stream is closed with the archive.

        Raises:
            ArchiveError: it cannot be opened (`fault`).
            OSError: the file cannot be read.
        """
        content = io.BytesIO(source) if isinstance(source, bytes) else source
        self._stream = content.open("rb") if isinstance(content, Path) else content
        try:
            self._archive = zipfile.ZipFile(_BoundedReads(self._stream))
            self._members = {member.filename: member for member in self._archive.infolist()}
            self._check()
        except DAMAGES as error:
            self._stream.close()
            raise _refused("damaged") from error
        except ArchiveError:
            self._stream.close()
            raise

    @property
    def names(self) -> list[str]:
        """Files in the order of their names; neither folders nor hidden files nor a disc's index."""
        return sorted(
            name
            for name, member in self._members.items()
            if not member.is_dir() and _is_shown(PurePosixPath(name))
        )

    def read(self, name: str, max_bytes: int) -> bytes:
        """All of one file.

        Raises:
            ArchiveError: it is damaged (`fault`).
            TooLargeInflatedError: it holds more than `max_bytes`.
        """
        content = self.beginning(name, max_bytes + 1)
        if len(content) > max_bytes:
            raise TooLargeInflatedError(max_bytes=max_bytes)
        return content

    def beginning(self, name: str, n_bytes: int) -> bytes:
        """At most so many bytes of one file.

        Raises:
            ArchiveError: it is damaged (`fault`).
        """
        content = bytearray()
        try:
            with self._archive.open(self._members[name]) as file:
                while len(content) < n_bytes:
                    block = file.read(min(MAX_READ_BYTES, n_bytes - len(content)))
                    if not block:
                        break
                    content += block
        except DAMAGES as error:
            raise _refused("damaged") from error
        return bytes(content)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._archive.close()
        self._stream.close()

    def _check(self) -> None:
        members = self._archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise _refused("too_many_files")
        if len(self._members) < len(members) or not all(map(_is_plain, self._members)):
            raise _refused("names")
        if any(member.flag_bits & ENCRYPTED for member in members):
            raise _refused("encrypted")
        if any(member.compress_type not in METHODS for member in members):
            raise _refused("method")


class _BoundedReads:
    """A stream that gives little at once, however much a header declares."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self.seek, self.tell, self.close = stream.seek, stream.tell, stream.close

    def seekable(self) -> bool:
        return True

    def read(self, n_bytes: int = sys.maxsize) -> bytes:
        content = self._stream.read(min(n_bytes, MAX_READ_BYTES + 1))
        if len(content) > MAX_READ_BYTES:
            raise zipfile.BadZipFile
        return content


def _refused(fault: str) -> ArchiveError:
    return ArchiveError(format=NAME, fault=fault)


def _is_plain(name: str) -> bool:
    """Whether a name stays below the folder that the archive stands for, written one way."""
    path = PurePosixPath(name)
    as_written = name.removesuffix("/")
    return str(path) == as_written and not path.is_absolute() and ".." not in path.parts


def _is_shown(path: PurePosixPath) -> bool:
    is_hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not is_hidden and path.name.upper() != DISC_INDEX
