"""Where the parts of a batch lie: a folder, or a bucket that speaks S3.

A part is there as a whole or not at all, and what came first stays. So a file of the batch has
exactly one row however often its shard was begun, and by how many processes.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from secrets import SystemRandom
from typing import Protocol

from raiox.cli.batch.batch_bucket import SCHEME, named_in_errors, open_bucket
from raiox.cli.errors import printable, require_folder


class Parts(Protocol):
    """Files by name, each written once."""

    address: str
    """As a sentence names it."""

    def names(self) -> set[str]:
        """What is there."""
        ...

    def read(self, name: str) -> bytes | None:
        """A file; None where it is not there."""
        ...

    def put_first(self, name: str, content: bytes) -> None:
        """Put a file, whole; if there is one of that name already, it stays."""
        ...

    def alone_at(self, name: str) -> AbstractContextManager[bool]:
        """Whether a file is missing and nobody else is known to be at it."""
        ...

    def in_turn(self, shards: Sequence[int]) -> Sequence[int]:
        """The order for one process of several."""
        ...


class PartsFolder:
    """Parts in a folder, which processes of several hosts may share."""

    def __init__(self, folder: Path) -> None:
        """Make it where it is missing. Raises: PathUnusableError."""
        require_folder(folder)
        self._folder = folder
        self.address = printable(folder)

    def names(self) -> set[str]:
        """What is there; what killed processes left of it is cleared away."""
        entries = {entry.name for entry in self._folder.iterdir()}
        found = {name for name in entries if not name.startswith(".")}
        for hidden in entries - found:
            if any(hidden.startswith(f".{name}.") for name in found):
                (self._folder / hidden).unlink(missing_ok=True)
        return found

    def read(self, name: str) -> bytes | None:
        """A file."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def put_first(self, name: str, content: bytes) -> None:
        """Write under another name, sync, and link: nobody ever sees half a file."""
        own = self._hidden(name, f"{os.uname().nodename}.{os.getpid()}.tmp")
        with own.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # Another process was faster, and may have cleared this away.
        with suppress(FileExistsError, FileNotFoundError):
            os.link(own, self._folder / name)
        self._clear_leavings(name)

    @contextmanager
    def alone_at(self, name: str) -> Iterator[bool]:
        """A lock keeps the processes of one machine apart; of two hosts the first stays."""
        descriptor = os.open(self._hidden(name, "lock"), os.O_WRONLY | os.O_CREAT, 0o666)
        file = self._folder / name
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield not file.exists()
        finally:
            os.close(descriptor)
            if file.exists():
                self._clear_leavings(name)

    def in_turn(self, shards: Sequence[int]) -> Sequence[int]:
        """As they come: a lock shows who is at which."""
        return shards

    def _clear_leavings(self, name: str) -> None:
        """Delete what processes that were killed left beside a file that is there."""
        for left in self._folder.glob(f".{name}.*"):
            left.unlink(missing_ok=True)

    def _hidden(self, name: str, suffix: str) -> Path:
        return self._folder / f".{name}.{suffix}"


class PartsBucket:
    """Parts below a prefix of a bucket (extra `s3`)."""

    def __init__(self, url: str) -> None:
        """Prepare to connect.

        Raises: DriverMissingError.
        """
        self.address = url
        self._bucket = open_bucket(url)

    def names(self) -> set[str]:
        """What is there."""
        with named_in_errors(self.address):
            return {key for page in self._bucket.pages() for key in page}

    def read(self, name: str) -> bytes | None:
        """An object."""
        with named_in_errors(self.address):
            return self._bucket.read(name)

    def put_first(self, name: str, content: bytes) -> None:
        """Put an object, which a store shows whole or not at all."""
        with named_in_errors(self.address):
            self._bucket.put_first(name, content)

    @contextmanager
    def alone_at(self, name: str) -> Iterator[bool]:
        """Whether it is missing: a bucket has no locks."""
        yield self.read(name) is None

    def in_turn(self, shards: Sequence[int]) -> Sequence[int]:
        """Another order for each process, so that two seldom do the same."""
        return SystemRandom().sample(shards, len(shards))


def open_parts(out: str) -> Parts:
    """The store of an address: `s3://bucket/prefix`, or a folder.

    Raises: PathUnusableError, DriverMissingError.
    """
    return PartsBucket(out) if out.startswith(SCHEME) else PartsFolder(Path(out))
