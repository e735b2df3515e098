"""Images on disk: a picture for each analysis, and the values of its pixels where it has them.

Their names are raiox's and nobody else's.

A file is complete and on disk before its row is committed. It is written under its own name: to
rename it would cost another write to the disk. The folder belongs to the service's user alone.
"""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from raiox.records.errors import RecordsUnavailableError, StorageFullError
from raiox.records.images import SUFFIX, SUFFIXES, StoredFile, Wanted, file_name

PAGE = 500
"""Files whose rows are looked up at once."""
_PROBE = "probe.tmp"
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS})


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFullError from error
        raise RecordsUnavailableError(retry_after_s=5) from error


class ImageFolder:
    """An `ImageStore` in one folder."""

    max_upload_age_s = 30.0

    @_translated_errors()
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @_translated_errors()
    def put(self, analysis_id: str, sha256: str, content: bytes, suffix: str = SUFFIX) -> None:
        """Keep a file, synced to the disk."""
        path = self._path(analysis_id, sha256, suffix)
        try:
            _write_through(path, content)
            _sync_folder(self._folder)
        except OSError:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise

    @_translated_errors()
    def read(self, analysis_id: str, sha256: str, suffix: str = SUFFIX) -> bytes | None:
        """One file, None where it was deleted."""
        try:
            return self._path(analysis_id, sha256, suffix).read_bytes()
        except FileNotFoundError:
            return None

    @_translated_errors()
    def remove(self, analysis_id: str, sha256: str, suffixes: Iterable[str] = SUFFIXES) -> None:
        """Delete those files that are there."""
        for suffix in suffixes:
            self._path(analysis_id, sha256, suffix).unlink(missing_ok=True)

    @_translated_errors()
    def sweep(self, wanted: Wanted, *, older_than: float) -> int:
        """Delete what no row wants, whatever its name."""
        n_deleted = 0
        with os.scandir(self._folder) as entries:
            old = (entry for entry in entries if _modified(entry) < older_than)
            while page := {e.path: StoredFile.named(e.name) for e in islice(old, PAGE)}:
                kept = wanted(page.values())
                leavings = [path for path, file in page.items() if file not in kept]
                for path in leavings:
                    Path(path).unlink(missing_ok=True)
                n_deleted += len(leavings)
        return n_deleted

    @_translated_errors()
    def probe(self) -> None:
        """Try whether an image could be kept now."""
        probe = self._folder / _PROBE
        try:
            probe.write_bytes(bytes(65_536))
        finally:
            with suppress(OSError):
                probe.unlink(missing_ok=True)

    @_translated_errors()
    def n_bytes(self) -> int:
        """Space that the images take."""
        with os.scandir(self._folder) as entries:
            return sum(map(_size, entries))

    @_translated_errors()
    def free_bytes(self) -> int:
        """Space left for everything the service keeps."""
        stats = os.statvfs(self._folder)
        return stats.f_bavail * stats.f_frsize

    def _path(self, analysis_id: str, sha256: str, suffix: str) -> Path:
        return self._folder / file_name(analysis_id, sha256, suffix)


def _write_through(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:  # its time came meanwhile
        return 0


def _modified(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except FileNotFoundError:
        return float("inf")
