"""The files of a batch that lie in a bucket, found and read as those of a folder are."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from raiox.cli.batch.batch_bucket import SCHEME, named_in_errors, open_bucket
from raiox.cli.batch.image_files import BucketFile
from raiox.intake.errors import UnreadableFileError, UploadTooLargeError
from raiox.intake.zip_archive import ZipArchive

ARCHIVE_IN_KEY: Final = re.compile(r"\.zip/", re.IGNORECASE)


def find_objects(source: BucketFile) -> Iterator[BucketFile]:
    """The object itself, or those below it in the order of a folder; hidden ones are left out.

    Raises: StoreUnusableError, DriverMissingError.
    """
    with named_in_errors(str(source)):
        bucket = open_bucket(SCHEME + source.bucket)
        if source.key and bucket.has(source.key):
            yield source
            return
        start = len(source.key) + 1 if source.key else 0
        names = [key[start:] for page in bucket.pages(source.key or None) for key in page]
    shown = (name for name in names if not name.startswith(".") and "/." not in name)
    yield from (source / name for name in sorted(shown, key=_turn))


def read_object(file: BucketFile, max_bytes: int) -> bytes:
    """All of it. Raises: UploadTooLargeError, UnreadableFileError, StoreUnusableError."""
    with named_in_errors(str(file)):
        content = open_bucket(SCHEME + file.bucket).beginning(file.key, max_bytes + 1)
    if content is None:
        return _read_member(file, max_bytes)
    if len(content) > max_bytes:
        raise UploadTooLargeError(max_bytes=max_bytes)
    return content


@contextmanager
def opened_archive(file: BucketFile) -> Iterator[ZipArchive]:
    """A ZIP archive, of which only what is needed comes over the network.

    Raises: FileNotFoundError, ArchiveError, StoreUnusableError.
    """
    with named_in_errors(str(file)):
        stream = open_bucket(SCHEME + file.bucket).stream(file.key)
        if stream is None:
            raise FileNotFoundError
        with ZipArchive(stream) as archive:
            yield archive


def _read_member(file: BucketFile, max_bytes: int) -> bytes:
    """What lies in an archive, and not as an object of its own."""
    for match in re.finditer(ARCHIVE_IN_KEY, file.key):
        archive = BucketFile(file.bucket, file.key[: match.end() - 1])
        with suppress(FileNotFoundError, KeyError), opened_archive(archive) as opened:
            return opened.read(file.key[match.end() :], max_bytes)
    raise UnreadableFileError(reason=FileNotFoundError.__name__)  # deleted since it was listed


def _turn(name: str) -> tuple[tuple[bool, str], ...]:
    """In the order of a folder: its files before its folders, both by the bytes of their names."""
    *folders, last = name.split("/")
    return (*((True, folder) for folder in folders), (False, last))
