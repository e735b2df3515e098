"""Deleting: row, result, links, keys, files; then what the database's log still holds of them."""

from collections.abc import Sequence
from functools import partial

from raiox.records.rows import StoredAnalysis
from raiox.service.dependencies import Dependencies
from raiox.service.joined import Joined
from raiox.vocabulary import AnalysisState

DELETED_AT_ONCE = 500
"""Analyses of one transaction: others that write wait for it."""


class Deletion:
    """Deletes on behalf of one owner; once it returns, nothing is left in any file."""

    def __init__(self, dependencies: Dependencies) -> None:
        self._dependencies = dependencies
        self._records = dependencies.records
        self._executors = dependencies.executors
        checkpoint_wal = dependencies.records.database.checkpoint_wal
        self._erasing = Joined(lambda: self._executors.write(checkpoint_wal))

    async def delete(self, analysis_id: str, owner: str) -> None:
        """Remove everything of an analysis; a result still on its way is refused.

        Raises: AnalysisNotFoundError.
        """
        deleted = await self._executors.write_together(
            lambda: self._records.history.delete(analysis_id, owner)
        )
        await self._remove([deleted])
        await self._erasing.run()

    async def delete_all(self, owner: str, state: AnalysisState | None = None) -> None:
        """Remove everything of all analyses of an owner, or of those in one state."""
        history, n_deleted = self._records.history, DELETED_AT_ONCE
        while n_deleted == DELETED_AT_ONCE:
            deleted = await self._executors.write(
                lambda: history.delete_some(owner, state, DELETED_AT_ONCE)
            )
            await self._remove(deleted)
            n_deleted = len(deleted)
        await self._erasing.run()

    async def _remove(self, deleted: Sequence[StoredAnalysis]) -> None:
        """What the rows named; whoever waits for them learns that they are gone."""
        for analysis in deleted:
            self._dependencies.worker.forget(analysis.id)
        await self._executors.read(partial(self._remove_files, deleted))
        for analysis in deleted:
            self._dependencies.notifier.notify(analysis.id)

    def _remove_files(self, deleted: Sequence[StoredAnalysis]) -> None:
        for analysis in deleted:
            self._records.files.remove(analysis.id, analysis.sha256, analysis.suffixes)
