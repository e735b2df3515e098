"""Forgetting: images after `keep_images_h`, results after `keep_results_h`, leavings at once.

Each step deletes the row or its mark first and the file second, so a crash in
between leaves a file without a row, which the last step of the next sweep takes.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select, update

from raiox.records.database import Database
from raiox.records.files import ImageFiles
from raiox.records.rows import Clock
from raiox.records.tables import analyses, idempotency_keys
from raiox.vocabulary import AnalysisState

KEEP_KEYS_S = 24 * 3_600.0
"""How long a retry with the same key is the same upload."""
ORPHAN_AGE_S = 30.0
"""An upload has committed its row long before; what is older has none."""
ROWS_A_STEP = 500

_FINISHED = (AnalysisState.DONE, AnalysisState.FAILED)


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What one sweep deleted."""

    n_results: int
    n_images: int
    n_orphans: int


class Retention:
    """Keeps the promise of how long things are kept."""

    def __init__(self, database: Database, files: ImageFiles, clock: Clock) -> None:
        self._database = database
        self._files = files
        self._clock = clock

    def sweep(self) -> SweepResult:
        """Delete everything whose time has come."""
        now = self._clock()
        n_results = self._delete_results(now)
        n_images = self._delete_images(now)
        self._delete_keys(now)
        n_orphans = self._files.sweep(self._ids_with_image(), older_than=now - ORPHAN_AGE_S)
        if n_results:
            self._database.checkpoint_wal()
        return SweepResult(n_results, n_images, n_orphans)

    def _delete_results(self, now: float) -> int:
        due = (analyses.c.expires_at < now) & analyses.c.state.in_(_FINISHED)
        n_deleted = 0
        while found := self._some(due):
            ids = [analysis_id for analysis_id, _ in found]
            with self._database.writing() as connection:
                connection.execute(delete(analyses).where(analyses.c.id.in_(ids)))
            self._remove_files(found)
            n_deleted += len(found)
        return n_deleted

    def _delete_images(self, now: float) -> int:
        due = (
            analyses.c.has_image & (analyses.c.image_until < now) & analyses.c.state.in_(_FINISHED)
        )
        n_deleted = 0
        while found := self._some(due):
            ids = [analysis_id for analysis_id, _ in found]
            with self._database.writing() as connection:
                connection.execute(
                    update(analyses).where(analyses.c.id.in_(ids)).values(has_image=False)
                )
            self._remove_files(found)
            n_deleted += len(found)
        return n_deleted

    def _delete_keys(self, now: float) -> None:
        keys = idempotency_keys.c
        with self._database.writing() as connection:
            connection.execute(delete(idempotency_keys).where(keys.created_at < now - KEEP_KEYS_S))
            connection.execute(
                delete(idempotency_keys).where(keys.analysis_id.not_in(select(analyses.c.id)))
            )

    def _some(self, due: ColumnElement[bool]) -> list[tuple[str, str]]:
        statement = select(analyses.c.id, analyses.c.sha256).where(due).limit(ROWS_A_STEP)
        with self._database.reading() as connection:
            return [(row.id, row.sha256) for row in connection.execute(statement)]

    def _remove_files(self, found: list[tuple[str, str]]) -> None:
        for analysis_id, sha256 in found:
            self._files.remove(analysis_id, sha256)

    def _ids_with_image(self) -> set[str]:
        with self._database.reading() as connection:
            return set(connection.scalars(select(analyses.c.id).where(analyses.c.has_image)))
