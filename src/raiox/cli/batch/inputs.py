"""The files of a batch: which there are, their bytes, and which of them raiox itself wrote."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from raiox.cli.batch.bucket_files import find_objects, opened_archive, read_object
from raiox.cli.batch.image_files import BucketFile, ImageFile
from raiox.cli.batch.json_lines import is_json_lines
from raiox.cli.batch.table import is_table
from raiox.cli.errors import NothingToReadError, PathMissingError, printable
from raiox.inference.heatmap import SOFTWARE
from raiox.intake.errors import ArchiveError, UnreadableFileError, UploadTooLargeError
from raiox.intake.zip_archive import ZipArchive

STANDARD_INPUT = Path("-")
ARCHIVE_SUFFIX = ".zip"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MARK_WITHIN_BYTES = 200
"""Pillow writes a PNG's text before its palette and pixels."""


def find_files(sources: Iterable[ImageFile]) -> list[ImageFile]:
    """The files named, and those of the folders and ZIP archives by name, each once.

    Hidden files and folders are left out, linked folders are not entered. A folder or an archive
    that cannot be listed stands in the list itself, so that reading it says why.

    Raises:
        PathMissingError: a path is neither a file nor a folder; nothing waits for a pipe.
        NothingToReadError: there is no file at all.
        StoreUnusableError, DriverMissingError: a bucket cannot be listed.
    """
    sources = list(sources)
    for source in sources:
        if isinstance(source, Path) and not _is_there(source):
            raise PathMissingError(path=printable(source))
    files = list(dict.fromkeys(file for source in sources for file in _files_of(source)))
    if not files:
        raise NothingToReadError(path=printable(", ".join(map(str, sources))))
    return files


def read_content(file: ImageFile, max_bytes: int) -> bytes:
    """The bytes of a file or of standard input; never more than an upload may hold.

    Raises: UnreadableFileError, UploadTooLargeError, ArchiveError; StoreUnusableError, which is
        no fault of the file.
    """
    if isinstance(file, BucketFile):
        return read_object(file, max_bytes)
    try:
        if file == STANDARD_INPUT:
            content = sys.stdin.buffer.read(max_bytes + 1)
        else:
            with file.open("rb") as stream:
                content = stream.read(max_bytes + 1)
    except NotADirectoryError:
        return _read_member(file, max_bytes)
    except OSError as error:
        raise UnreadableFileError(reason=type(error).__name__) from error
    if len(content) > max_bytes:
        raise UploadTooLargeError(max_bytes=max_bytes)
    return content


def is_own_output(content: bytes) -> bool:
    """Whether raiox wrote the file: a heatmap, a table, or JSON lines of `predict`."""
    head = content[:MARK_WITHIN_BYTES]
    is_heatmap = head.startswith(PNG_SIGNATURE) and SOFTWARE.encode() in head
    return is_heatmap or is_json_lines(head) or is_table(head)


def _is_there(path: Path) -> bool:
    return path == STANDARD_INPUT or path.is_file() or path.is_dir()


def _files_of(source: ImageFile) -> Iterator[ImageFile]:
    if isinstance(source, BucketFile):
        for file in find_objects(source):
            yield from _members_of(file)
    elif source == STANDARD_INPUT:
        yield source
    elif source.is_file():
        yield from _members_of(source.absolute())
    else:
        yield from _files_below(source.absolute())


def _files_below(folder: Path) -> Iterator[ImageFile]:
    """In one order everywhere: by the bytes of the names, a folder's files before its folders."""
    unlisted: list[Path] = []
    for parent, folders, names in os.walk(
        folder, onerror=lambda error: unlisted.append(Path(os.fsdecode(error.filename)))
    ):
        folders[:] = sorted((f for f in folders if not f.startswith(".")), key=os.fsencode)
        for name in sorted(names, key=os.fsencode):
            file = Path(parent, name)
            if not name.startswith(".") and file.is_file():
                yield from _members_of(file)
    yield from unlisted


def _members_of(file: ImageFile) -> Iterator[ImageFile]:
    """The files of an archive, as if it were a folder; any other file itself."""
    members: list[str] = []
    if file.suffix.lower() == ARCHIVE_SUFFIX:
        with suppress(ArchiveError, OSError), _opened(file) as archive:
            members = archive.names
    yield from (file / name for name in members) if members else (file,)


def _opened(file: ImageFile) -> AbstractContextManager[ZipArchive]:
    return opened_archive(file) if isinstance(file, BucketFile) else ZipArchive(file)


def _read_member(file: Path, max_bytes: int) -> bytes:
    archive = next(parent for parent in file.parents if parent.is_file())
    try:
        with ZipArchive(archive) as opened:
            return opened.read(file.relative_to(archive).as_posix(), max_bytes)
    except (OSError, KeyError) as error:  # it changed since it was listed
        raise UnreadableFileError(reason=type(error).__name__) from error
