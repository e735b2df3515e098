"""The statements of the queue, written once: to write one takes longer than to run it."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    Integer,
    Row,
    UpdateBase,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from raiox.records.rows import Claim
from raiox.records.tables import analyses, counts_of_waiting, in_state
from raiox.vocabulary import AnalysisState

_CLAIM_COLUMNS = tuple(analyses.c[field.name] for field in fields(Claim))
INSERT = insert(analyses).returning(*_CLAIM_COLUMNS)
UPDATE = update(analyses).where(
    analyses.c.id == bindparam("claimed"),
    analyses.c.attempt == bindparam("by_attempt"),
    in_state(AnalysisState.RUNNING),
)
"""Of the row that a claim holds, as long as this very attempt does."""
_CREATED_AT = analyses.c.created_at
_NOW, N = bindparam("now", type_=Double), bindparam("n", type_=Integer)
FINISH = UPDATE.values(
    # Not before it was created, even if the clock was set back meanwhile.
    finished_at=case((_CREATED_AT > _NOW, _CREATED_AT), else_=_NOW),
    lease_until=0.0,
)


def claim_in(row: Row[Any]) -> Claim:
    """The claim that a statement returned."""
    return Claim(*tuple(row))


def lease_oldest(
    which: ColumnElement[bool], most: ColumnElement[int], relaxing: Sequence[ColumnElement[str]]
) -> UpdateBase:
    """The statement that leases the oldest `most` of `which`."""
    oldest = (
        select(analyses.c.number, *relaxing)
        .where(which)
        .order_by(analyses.c.number)
        .limit(most)
        .with_for_update(skip_locked=True)
        # A plan may run a subquery once more for each row, and then lease more than `most`.
        .cte("oldest")
        .prefix_with("MATERIALIZED")
    )
    return (
        update(analyses)
        .where(analyses.c.number.in_(select(oldest.c.number)))
        .values(
            state=AnalysisState.RUNNING,
            attempt=analyses.c.attempt + 1,
            lease_until=bindparam("until"),
        )
        .returning(*_CLAIM_COLUMNS)
    )


def share() -> ColumnElement[int]:
    """Half of what waits, at least one, at most `n`."""
    n_waiting, _ = counts_of_waiting(2 * N)
    return func.least(N, func.greatest(1, n_waiting.scalar_subquery() // 2))


def is_lost() -> ColumnElement[bool]:
    """Running, but its lease ran out, or lies so far ahead that the clock was set back."""
    until = analyses.c.lease_until
    ran_out = or_(until < bindparam("now"), until > bindparam("too_far"))
    return and_(in_state(AnalysisState.RUNNING), ran_out)


def held_by(claim: Claim) -> dict[str, Any]:
    """Parameters of `UPDATE`, beside the new values."""
    return {"claimed": claim.id, "by_attempt": claim.attempt}
