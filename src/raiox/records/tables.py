"""The tables: one row of `analyses` is the job, its result and its place in the history.

The columns below and the migrations must agree; a test compares them. Instants
are seconds since 1970 UTC, as `Clock` returns them. A column that a dataclass of `rows`
names is read into it and written from it by that name.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    bindparam,
    func,
    literal_column,
    select,
    text,
)

from raiox.entities import ValueScale
from raiox.records.column_types import JsonOf, StateColumn
from raiox.result import AnalysisResult
from raiox.vocabulary import AnalysisState, Scope

metadata = MetaData()

# SQLite only counts by itself in a column of the exact type INTEGER.
_Counter = BigInteger().with_variant(Integer, "sqlite")

analyses = Table(
    "analyses",
    metadata,
    Column("number", _Counter, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("owner", String(64), nullable=False),
    Column("state", StateColumn, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("lease_until", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("finished_at", Double),
    Column("image_until", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("has_image", Boolean, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("source_format", String(16), nullable=False),
    Column("notes", JsonOf(tuple[str, ...]), nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("pixel_spacing_mm", Double),
    Column("value_scale", JsonOf(ValueScale | None, none_is_null=True)),
    Column("result", JsonOf(AnalysisResult), nullable=False),
    Column("maps", LargeBinary),
    Column("maps_suffix", String(32)),
    Column("replica", String(16), nullable=False, server_default=""),
    Index("ix_analyses_history", "owner", "created_at", "id"),
    # Only what is unfinished, however long the history is.
    *(
        Index(
            f"ix_analyses_{state}",
            "number",
            sqlite_where=text(f"state = '{state}'"),
            postgresql_where=text(f"state = '{state}'"),
        )
        for state in (AnalysisState.QUEUED, AnalysisState.RUNNING)
    ),
    Index("ix_analyses_expiry", "expires_at"),
    # A number that was deleted must never come back.
    sqlite_autoincrement=True,
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("key_sha256", String(64), primary_key=True),
    Column("content_sha256", String(64), nullable=False),
    Column("analysis_id", String(36), nullable=False, index=True),
    Column("created_at", Double, nullable=False),
)

shares = Table(
    "shares",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("analysis_id", String(36), nullable=False, index=True),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(8), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("key_sha256", String(64), nullable=False, unique=True),
    Column("scopes", JsonOf(tuple[Scope, ...]), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double),
    Column("revoked_at", Double),
)

ended_sessions = Table(
    "ended_sessions",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("began_by", Double, primary_key=True),
    Column("expires_at", Double, nullable=False),
)


def in_state(state: AnalysisState) -> ColumnElement[bool]:
    """The state in the statement itself: only so is a partial index known to fit."""
    return analyses.c.state == literal_column(f"'{AnalysisState(state)}'")


def counts_of_waiting(most: int | ColumnElement[int]) -> tuple[Select[int], Select[int]]:
    """How many wait, and how many of them before a number; `most` at most.

    Only in order is the index of what waits surely used.
    """
    number = analyses.c.number
    waiting = select(number).where(in_state(AnalysisState.QUEUED)).order_by(number).limit(most)
    before = waiting.where(number < bindparam("before"))
    queued, older = (select(func.count()).select_from(one.subquery()) for one in (waiting, before))
    return queued, older
