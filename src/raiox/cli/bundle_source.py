"""Where a bundle to be installed comes from: a folder, or a ZIP file here or at an address."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final

from raiox.bundle.errors import BundleInvalidError
from raiox.cli.downloads import MAX_BYTES, SCHEMES, download
from raiox.cli.errors import require_paths

MAX_FILES: Final = 20


def is_foreign(source: str) -> bool:
    """Whether it comes from elsewhere: from an address, or packed."""
    return source.startswith(SCHEMES) or Path(source).is_file()


def name_of(source: str) -> str:
    """The name of the bundle, if nobody gives it another."""
    path = PurePosixPath(source.partition("?")[0]) if source.startswith(SCHEMES) else Path(source)
    return path.stem if is_foreign(source) else Path(source).absolute().name


def require_source(source: str) -> None:
    """Raises: PathMissingError where it is neither here nor an address."""
    if not source.startswith(SCHEMES):
        require_paths(Path(source))


@contextmanager
def fetched_bundle(source: str) -> Iterator[Path]:
    """The folder of the bundle, for as long as the context is open.

    Raises: DownloadFailedError; BundleInvalidError if the file is no bundle.
    """
    if not is_foreign(source):
        yield Path(source)
        return
    with TemporaryDirectory() as name:
        packed = Path(source)
        if source.startswith(SCHEMES):
            packed = Path(name) / "packed.zip"
            download(source, packed, None)
        folder = Path(name) / name_of(source)
        folder.mkdir()
        _unpack(packed, folder)
        yield folder


def _unpack(packed: Path, folder: Path) -> None:
    """Every file by its last name; folders inside are not made, so none leads elsewhere."""
    try:
        with zipfile.ZipFile(packed) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            names = {PurePosixPath(one.filename).name for one in members}
            if len(members) > MAX_FILES or len(names) != len(members) or names & {"", ".."}:
                raise BundleInvalidError(bundle=folder.name, reason="archive")
            left = MAX_BYTES
            for member in members:
                with archive.open(member) as file:
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise BundleInvalidError(bundle=folder.name, reason="too large")
                (folder / PurePosixPath(member.filename).name).write_bytes(content)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise BundleInvalidError(bundle=folder.name, reason="archive") from error
