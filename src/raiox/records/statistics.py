"""What the records say of the service as a whole: counts and results, of nobody in particular."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from raiox.records.database import Database
from raiox.records.rows import Clock
from raiox.records.tables import analyses, in_state
from raiox.result import AnalysisResult
from raiox.vocabulary import AnalysisState

MAX_RESULTS: Final = 2_000
"""The newest results of a period are enough for a distribution."""
PACE_ROWS, PACE_S = 200, 60.0
"""How far back, in rows and in time, the pace of all workers is measured."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """The service as a whole, at one moment."""

    by_state: dict[str, int]
    """Analyses that are kept, by state."""
    n_images: int
    oldest_queued_s: float
    """How long the first of the queue has waited; 0 if nobody waits."""
    n_recent: int
    """Analyses of the period."""
    without_result: dict[str, int]
    """Codes of rejections and failures of the period, by how often."""
    results: tuple[AnalysisResult, ...]
    """The newest results of the period that have scores."""


class StatisticsReader:
    """Counts over all owners."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def read(self, period_s: float) -> Statistics:
        """The statistics of the last `period_s`."""
        now = self._clock()
        recent = analyses.c.created_at > now - period_s
        finished = analyses.c.state.in_((AnalysisState.DONE, AnalysisState.FAILED))
        newest = (
            select(analyses.c.result)
            .where(recent & finished)
            .order_by(analyses.c.created_at.desc())
            .limit(MAX_RESULTS)
        )
        states = select(analyses.c.state, func.count()).group_by(analyses.c.state)
        with self._database.reading() as connection:
            by_state = {str(state): n for state, n in connection.execute(states)}
            n_images = connection.scalar(
                select(func.count()).select_from(analyses).where(analyses.c.has_image)
            )
            oldest = connection.scalar(
                select(func.min(analyses.c.created_at)).where(in_state(AnalysisState.QUEUED))
            )
            n_recent = connection.scalar(select(func.count()).select_from(analyses).where(recent))
            results = tuple(connection.scalars(newest))
        reasons = [result.rejection or result.error for result in results]
        return Statistics(
            by_state=by_state,
            n_images=n_images or 0,
            oldest_queued_s=0.0 if oldest is None else max(0.0, now - oldest),
            n_recent=n_recent or 0,
            without_result=dict(Counter(reason.code for reason in reasons if reason).most_common()),
            results=tuple(result for result in results if result.scores),
        )

    def seconds_each(self) -> float | None:
        """How long all workers together took for an analysis lately; None if none was finished.

        They are finished nearly in the order in which they came, so the latest stand before those
        that wait.
        """
        now, columns = self._clock(), analyses.c
        first = select(func.min(columns.number)).where(in_state(AnalysisState.QUEUED))
        with self._database.reading() as connection:
            number = connection.scalar(first)
            if number is None:
                return None
            n_done, since = connection.execute(
                select(func.count(), func.min(columns.finished_at)).where(
                    columns.number.between(number - PACE_ROWS, number),
                    columns.finished_at > now - PACE_S,
                )
            ).one()
        return (now - since) / n_done if n_done else None
