"""Copies of what the service keeps, taken while it runs, and their way back.

The database is copied by SQLite's online backup, so the copy is one moment of it; a plain copy
of a live file and its write-ahead log need not be. What waits in the queue comes with its
image, without which it could not be analysed, and what is done with its activation maps. A list
of SHA-256 seals the copy.
Source: sqlite.org/backup.html.
"""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from raiox.records.errors import BackupInvalidError, BackupNotPossibleError, TargetNotEmptyError
from raiox.records.images import FOLDER as IMAGES_FOLDER
from raiox.records.images import SUFFIX, SUFFIXES, VALUES_SUFFIX, file_name
from raiox.records.store import DATABASE_FILE
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState

SEAL_FILE: Final = "backup.json"
KEPT_FILES: Final = ("session.key",)
_UNFINISHED: Final = (AnalysisState.QUEUED, AnalysisState.RUNNING)


@dataclass(frozen=True, slots=True)
class Backup:
    """What a copy holds."""

    n_analyses: int
    n_images: int


def back_up(
    settings: RecordsSettings, data_dir: Path, target: Path, *, with_images: bool = False
) -> Backup:
    """Copy the records of a service that may be running.

    Args:
        target: a folder that is empty or does not exist.
        with_images: copy the images of finished analyses, too.

    Raises:
        BackupNotPossibleError: there is no SQLite database to copy.
        TargetNotEmptyError.
        OSError: a file cannot be read or written.
    """
    source = data_dir / DATABASE_FILE
    if settings.database_url is not None or not source.is_file():
        raise BackupNotPossibleError(path=str(source))
    _require_empty(target)
    (target / IMAGES_FOLDER).mkdir(mode=0o700)
    backup = _copy_database(source, target / DATABASE_FILE)
    n_images = 0
    for name in _files_of(target / DATABASE_FILE, with_images=with_images):
        file = data_dir / IMAGES_FOLDER / name
        if file.is_file():  # its time may have come since
            _copy(file, target / IMAGES_FOLDER / name)
            n_images += _is_picture(name)
    for name in KEPT_FILES:
        if (data_dir / name).is_file():
            _copy(data_dir / name, target / name)
    hashes = {str(path.relative_to(target)): _sha256(path) for path in _files(target)}
    (target / SEAL_FILE).write_text(json.dumps(hashes, indent=2) + "\n", encoding="utf-8")
    return Backup(backup, n_images)


def restore(source: Path, data_dir: Path) -> Backup:
    """Bring a copy back.

    Args:
        data_dir: a folder that is empty or does not exist.

    Raises:
        BackupInvalidError: the copy is not what was sealed.
        TargetNotEmptyError.
    """
    names = _verified(source)
    _require_empty(data_dir)
    (data_dir / IMAGES_FOLDER).mkdir(mode=0o700)
    for name in names:
        _copy(source / name, data_dir / name)
    with closing(sqlite3.connect(data_dir / DATABASE_FILE)) as database:
        (n_analyses,) = database.execute("SELECT count(*) FROM analyses").fetchone()
    return Backup(n_analyses, sum(_is_picture(name) for name in names))


def _copy_database(source: Path, target: Path) -> int:
    """Copy one moment of it; the number of its analyses."""
    target.touch(mode=0o600)
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise BackupInvalidError(path=str(source), file=DATABASE_FILE)
        (n_analyses,) = copy.execute("SELECT count(*) FROM analyses").fetchone()
    return int(n_analyses)


def _files_of(database: Path, *, with_images: bool) -> Iterator[str]:
    """Names of the files that belong into the copy."""
    statement = "SELECT id, sha256, state, has_image, maps_suffix FROM analyses"
    with closing(sqlite3.connect(database)) as copy:
        for analysis_id, sha256, state, has_image, maps_suffix in copy.execute(statement):
            with_image = has_image and (with_images or state in _UNFINISHED)
            for suffix in (*(SUFFIXES if with_image else ()), maps_suffix):
                if suffix:
                    yield file_name(analysis_id, sha256, suffix)


def _is_picture(name: str) -> bool:
    return name.endswith(SUFFIX) and not name.endswith(VALUES_SUFFIX)


def _verified(source: Path) -> list[str]:
    """The names of the copy's files, each of which is what was sealed."""
    try:
        hashes: dict[str, str] = json.loads((source / SEAL_FILE).read_text(encoding="utf-8"))
        wrong = [
            name
            for name, sha256 in hashes.items()
            if ".." in Path(name).parts or _sha256(source / name) != sha256
        ]
    except (OSError, ValueError, AttributeError) as error:
        raise BackupInvalidError(path=str(source), file=SEAL_FILE) from error
    if wrong or DATABASE_FILE not in hashes:
        raise BackupInvalidError(path=str(source), file=(wrong or [DATABASE_FILE])[0])
    return list(hashes)


def _require_empty(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise TargetNotEmptyError(path=str(folder))


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    target.chmod(0o600)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
