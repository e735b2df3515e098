"""An empty database with the newest tables, made once: the migrations are most of a first start."""

import tempfile
from functools import cache
from pathlib import Path

from raiox.records.store import DATABASE_FILE, open_records
from raiox.settings import RecordsSettings


def with_tables(data_dir: Path) -> Path:
    """The folder as an earlier start leaves it, with nothing in its tables."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = data_dir / DATABASE_FILE
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(_database())
    return data_dir


@cache
def _database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        open_records(RecordsSettings(), Path(folder)).close()
        return (Path(folder) / DATABASE_FILE).read_bytes()
