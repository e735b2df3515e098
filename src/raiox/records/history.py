"""The history: what an owner may see and delete of the rows, and nobody else.

The owner stands inside every query; nothing here can be
read without one.
"""

import base64
import binascii
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, or_, select

from raiox.records.database import Database
from raiox.records.errors import AnalysisNotFoundError, InvalidCursorError
from raiox.records.rows import StoredAnalysis
from raiox.records.tables import analyses, idempotency_keys, in_state, shares
from raiox.vocabulary import AnalysisState

_HAS_MAPS = or_(analyses.c.maps.is_not(None), analyses.c.maps_suffix.is_not(None)).label("has_maps")
_COLUMNS = tuple(analyses.c.get(field.name, _HAS_MAPS) for field in fields(StoredAnalysis))
_OWNED = (
    analyses.c.id == bindparam("analysis_id"),
    analyses.c.owner == bindparam("of_owner"),
)
_ONE = select(*_COLUMNS).where(*_OWNED)
_DELETE_ONE = delete(analyses).where(*_OWNED)
_DELETE_WHAT_NAMES_IT = tuple(
    delete(table).where(table.c.analysis_id == bindparam("of_analysis"))
    for table in (idempotency_keys, shares)
)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some analyses of one owner, newest first, and where the next ones begin."""

    analyses: list[StoredAnalysis]
    next_cursor: str | None


class History:
    """Everything one owner has sent and not deleted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, analysis_id: str, owner: str) -> StoredAnalysis:
        """One analysis. Raises: AnalysisNotFoundError also if it is somebody else's."""
        with self._database.reading() as connection:
            return _get(connection, analysis_id, owner)

    def list(self, owner: str, *, limit: int, cursor: str | None = None) -> HistoryPage:
        """One page, newest first; a cursor stays valid when analyses are deleted.

        Raises: InvalidCursorError for a cursor that this method did not give.
        """
        statement = (
            select(*_COLUMNS)
            .where(analyses.c.owner == owner)
            .order_by(analyses.c.created_at.desc(), analyses.c.id.desc())
            .limit(limit + 1)
        )
        if cursor is not None:
            statement = statement.where(_older_than(*_read_cursor(cursor)))
        with self._database.reading() as connection:
            found = [_stored(row) for row in connection.execute(statement)]
        page = found[:limit]
        more = len(found) > limit
        return HistoryPage(page, _write_cursor(page[-1]) if more and page else None)

    def delete(self, analysis_id: str, owner: str) -> StoredAnalysis:
        """Remove row, result, links and keys; its files are the caller's next step.

        Returns: what was deleted. Raises: AnalysisNotFoundError.
        """
        with self._database.writing() as connection:
            deleted = _get(connection, analysis_id, owner)
            connection.execute(_DELETE_ONE, _names(analysis_id, owner))
            for statement in _DELETE_WHAT_NAMES_IT:
                connection.execute(statement, {"of_analysis": analysis_id})
        return deleted

    def delete_some(
        self, owner: str, state: AnalysisState | None, n: int
    ) -> tuple[StoredAnalysis, ...]:
        """Remove up to `n` analyses of an owner as `delete` does, in one transaction.

        Args:
            state: only those in it; None for any.

        Returns: what was deleted.
        """
        which = analyses.c.owner == owner
        if state is not None:
            which &= in_state(state)
        some = select(analyses.c.number).where(which).limit(n).scalar_subquery()
        statement = delete(analyses).where(analyses.c.number.in_(some)).returning(*_COLUMNS)
        with self._database.writing() as connection:
            deleted = tuple(_stored(row) for row in connection.execute(statement))
            ids = [analysis.id for analysis in deleted]
            for table in (idempotency_keys, shares):
                connection.execute(delete(table).where(table.c.analysis_id.in_(ids)))
        return deleted


def _names(analysis_id: str, owner: str) -> dict[str, str]:
    return {"analysis_id": analysis_id, "of_owner": owner}


def _get(connection: Connection, analysis_id: str, owner: str) -> StoredAnalysis:
    row = connection.execute(_ONE, _names(analysis_id, owner)).first()
    if row is None:
        raise AnalysisNotFoundError
    return _stored(row)


def _stored(row: Row[Any]) -> StoredAnalysis:
    return StoredAnalysis(**row._mapping)  # noqa: SLF001  (public, named so beside columns)


def _older_than(created_at: float, analysis_id: str) -> Any:
    return or_(
        analyses.c.created_at < created_at,
        and_(analyses.c.created_at == created_at, analyses.c.id < analysis_id),
    )


def _write_cursor(last: StoredAnalysis) -> str:
    text = f"{last.created_at!r} {last.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[float, str]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        created_at, analysis_id = base64.urlsafe_b64decode(padded).decode().split(" ")
        return float(created_at), analysis_id
    except (ValueError, binascii.Error):
        raise InvalidCursorError from None
