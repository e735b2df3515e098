"""Open and write model folders; a file that is not what the manifest names is never served."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from raiox.bundle.errors import BundleChecksumError, BundleInvalidError, BundleMissingError
from raiox.bundle.manifest import (
    EMBEDDING_DISTANCE_FILE,
    EMBEDDING_MAP_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    BundleManifest,
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified bundle; the bytes of the model are the ones that were hashed."""

    manifest: BundleManifest
    model: bytes
    embedding_map: bytes | None
    embedding_distance: bytes | None = None

    @property
    def sha256(self) -> str:
        """Of the model file."""
        return self.manifest.files[MODEL_FILE]


def open_bundle(folder: Path) -> Bundle:
    """Read a bundle and verify every file of it.

    Raises:
        BundleMissingError: the folder, its manifest or a named file is not there.
        BundleInvalidError: the manifest contradicts its schema or names no model.
        BundleChecksumError: a file is not the one the manifest names.
    """
    try:
        text = (folder / MANIFEST_FILE).read_bytes()
        manifest = BundleManifest.model_validate_json(text)
        contents = {name: (folder / name).read_bytes() for name in manifest.files}
    except OSError as error:
        raise BundleMissingError(bundle=folder.name) from error
    except ValidationError as error:
        raise BundleInvalidError(bundle=folder.name, reason="schema") from error
    if MODEL_FILE not in contents or any(Path(name).name != name for name in contents):
        raise BundleInvalidError(bundle=folder.name, reason="files")
    for name, content in contents.items():
        if hashlib.sha256(content).hexdigest() != manifest.files[name]:
            raise BundleChecksumError(bundle=folder.name, file=name)
    return Bundle(
        manifest,
        contents[MODEL_FILE],
        contents.get(EMBEDDING_MAP_FILE),
        contents.get(EMBEDDING_DISTANCE_FILE),
    )


def write_bundle(folder: Path, manifest: BundleManifest, contents: dict[str, bytes]) -> None:
    """Write a bundle whole or not at all; what stood there before is replaced.

    Args:
        manifest: its `files` are filled in here.
        contents: by file name, without the manifest.
    """
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for name, content in contents.items():
        (unfinished / name).write_bytes(content)
    sealed = manifest.model_copy(update={"files": hashes})
    (unfinished / MANIFEST_FILE).write_text(sealed.model_dump_json(indent=2) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


def add_to_bundle(folder: Path, name: str, content: bytes) -> None:
    """Write a bundle anew with one more file, or another in its place.

    Raises:
        BundleError: as `open_bundle`; what cannot be trusted is not sealed again.
    """
    manifest = open_bundle(folder).manifest
    contents = {kept: (folder / kept).read_bytes() for kept in manifest.files}
    write_bundle(folder, manifest, contents | {name: content})
