"""Images on disk: a picture for each analysis, and the values of its pixels where it has them.

Their names are raiox's and nobody else's.

A file is complete and on disk before its row is committed, so a row never
points at half an image; what a crash leaves behind has no row and is swept. It
is written under its own name: to rename it would cost another write to the disk.
The folder belongs to the service's user alone.
"""

import errno
import os
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from pathlib import Path

from raiox.records.errors import RecordsUnavailableError, StorageFullError

SUFFIX = ".png"
VALUES_SUFFIX = ".values.png"
"""Of the values that the file held, beside the picture."""
_SUFFIXES = (SUFFIX, VALUES_SUFFIX)
_PROBE = "probe.tmp"
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS})


class ImageFiles:
    """The folder of images, by analysis."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with _translated_errors():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, analysis_id: str, sha256: str, content: bytes, suffix: str = SUFFIX) -> None:
        """Keep an image, or its values; when this returns, a power cut does not lose it.

        Raises: StorageFullError.
        """
        path = self._path(analysis_id, sha256, suffix)
        with _translated_errors():
            try:
                _write_through(path, content)
                _sync_folder(self._folder)
            except OSError:
                with suppress(OSError):
                    path.unlink(missing_ok=True)
                raise

    def read(self, analysis_id: str, sha256: str, suffix: str = SUFFIX) -> bytes | None:
        """The image or its values, None where they were deleted."""
        try:
            return self._path(analysis_id, sha256, suffix).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, analysis_id: str, sha256: str) -> None:
        """Delete the image and its values if they are there."""
        for suffix in _SUFFIXES:
            self._path(analysis_id, sha256, suffix).unlink(missing_ok=True)

    def sweep(self, wanted: AbstractSet[str], *, older_than: float) -> int:
        """Delete what no row wants: the leavings of a crash.

        Args:
            wanted: ids of the analyses that have an image.
            older_than: an instant; younger files may still get their row.
        Returns: number of files deleted.
        """
        n_deleted = 0
        for entry in os.scandir(self._folder):
            if _id_of(entry.name) not in wanted and _modified(entry) < older_than:
                Path(entry.path).unlink(missing_ok=True)
                n_deleted += 1
        return n_deleted

    def probe(self) -> None:
        """Try whether an image could be kept now. Raises: StorageFullError."""
        probe = self._folder / _PROBE
        with _translated_errors():
            try:
                probe.write_bytes(bytes(65_536))
            finally:
                with suppress(OSError):
                    probe.unlink(missing_ok=True)

    def n_bytes(self) -> int:
        """Space that the images take."""
        return sum(entry.stat().st_size for entry in os.scandir(self._folder) if entry.is_file())

    def free_bytes(self) -> int:
        """Space left for everything the service keeps."""
        stats = os.statvfs(self._folder)
        return stats.f_bavail * stats.f_frsize

    def _path(self, analysis_id: str, sha256: str, suffix: str) -> Path:
        return self._folder / f"{sha256}_{analysis_id}{suffix}"


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


def _id_of(name: str) -> str:
    stem, dot, suffix = name.partition(".")
    return stem.rpartition("_")[2] if dot + suffix in _SUFFIXES else ""


def _modified(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except FileNotFoundError:
        return float("inf")


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFullError from error
        raise RecordsUnavailableError(retry_after_s=5) from error
