# ruff: noqa: INP001  (beside files that are run, not a package)
"""Many rows for the benchmarks, copied inside SQLite from the first that was accepted."""

from typing import Final

from sqlalchemy import text

from raiox.records.database import Database

_COPIES: Final = """
    WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :rows)
    INSERT INTO analyses ({columns})
    SELECT {values} FROM analyses, counted WHERE analyses.number = 1 AND n <= :rows
"""


def copy_first(database: Database, n_rows: int, **changed: str) -> list[str]:
    """Copy the first analysis.

    Args:
        changed: columns by name, as SQL of the first's columns and of the copy's number `n`.
    Returns: the ids of the copies.
    """
    with database.writing() as connection:
        names = [row.name for row in connection.execute(text("PRAGMA table_info(analyses)"))]
        names.remove("number")
        changed = {"id": "'copy-' || n"} | changed
        values = ", ".join(changed.get(name, name) for name in names)
        statement = _COPIES.format(columns=", ".join(names), values=values)
        connection.execute(text(statement), {"rows": n_rows})
    return [f"copy-{n}" for n in range(1, n_rows + 1)]
