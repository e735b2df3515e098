"""The queue: rows wait, a worker leases them, finishes them by attempt number.

A lease that runs out frees the row; a result from an older attempt is refused,
so an analysis is neither lost nor finished twice, whichever process dies when. The statements
are the same on SQLite (BEGIN IMMEDIATE) and PostgreSQL (SKIP LOCKED); there, each transaction
that others wait for also notifies them.
"""

from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, UpdateBase, func, insert, select
from sqlalchemy.exc import IntegrityError

from raiox.records.database import Database
from raiox.records.errors import QueueFullError
from raiox.records.keys_of_uploads import find_by_key, key_row
from raiox.records.notifications import notify_of_results, notify_of_work
from raiox.records.queue_statements import (
    FINISH,
    INSERT,
    UPDATE,
    N,
    claim_in,
    held_by,
    is_lost,
    lease_oldest,
    share,
)
from raiox.records.quota import require_space
from raiox.records.retention import HOUR_S
from raiox.records.rows import (
    Accepted,
    Claim,
    Clock,
    Completion,
    IdempotencyKey,
    NewAnalysis,
    StoredAnalysis,
)
from raiox.records.tables import analyses, counts_of_waiting, idempotency_keys, in_state
from raiox.result import AnalysisResult
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState

QUEUE_FULL_RETRY_S = 5
WAKE_BELOW = 8
"""While more wait, every worker is busy and looks by itself: notifications queue at a lock."""


class AnalysisQueue:
    """Analyses that wait, oldest first."""

    def __init__(
        self, database: Database, settings: RecordsSettings, clock: Clock, replica: str = ""
    ) -> None:
        """Prepare.

        Args:
            replica: names this process; notified of results of what it accepted.
        """
        self._database = database
        self._settings = settings
        self._clock = clock
        self._replica = replica
        waits, relaxing = in_state(AnalysisState.QUEUED), database.relaxing
        self._waiting = lease_oldest(waits, N if database.is_sqlite else share(), relaxing)
        self._lost = lease_oldest(is_lost(), N, relaxing)
        # Uploads at the same moment may exceed it.
        self._count_queued, self._count_before = counts_of_waiting(2 * settings.max_queued)

    def enqueue(
        self, new: NewAnalysis, key: IdempotencyKey | None = None, *, lease: bool = False
    ) -> Accepted:
        """Accept an analysis; once this returns it cannot be lost.

        Args:
            lease: claim it in the same transaction if nothing else waits.

        Raises: QueueFullError, IdempotencyMismatchError.
        """
        try:
            return self._insert(new, key, lease=lease)
        except IntegrityError:
            # PostgreSQL only: a request with the same key committed a moment ago.
            existing = self.check(new.owner, key) if key else None
            if existing is None:
                raise
            return Accepted(existing)

    def _insert(self, new: NewAnalysis, key: IdempotencyKey | None, *, lease: bool) -> Accepted:
        now = self._clock()
        with self._database.writing() as connection:
            # Checked again: others may have been accepted while this image was decoded.
            existing, n_queued = self._existing_or_full(connection, new.owner, key)
            if existing is not None:
                return Accepted(existing)
            row = self._row(new, now)
            if lease and not n_queued:
                row |= {"state": AnalysisState.RUNNING, "attempt": 1}
                row |= {"lease_until": now + self._settings.lease_s}
            claim = claim_in(connection.execute(INSERT, row).one())
            if key:
                connection.execute(insert(idempotency_keys), key_row(new, key, now))
            if not claim.attempt and n_queued < WAKE_BELOW and not self._database.is_sqlite:
                notify_of_work(connection)
        return Accepted(new.id, claim if claim.attempt else None, _as_stored(row, claim.number))

    def check(self, owner: str, key: IdempotencyKey | None = None) -> str | None:
        """Whether `enqueue` would accept now; called before anything costly is done.

        Returns: the id of the analysis that this key already made.
        Raises: QueueFullError; StorageQuotaError; IdempotencyMismatchError if that analysis had
            other content.
        """
        with self._database.reading() as connection:
            existing, _ = self._existing_or_full(connection, owner, key)
            if existing is None:
                require_space(connection, owner, self._settings, self._clock())
            return existing

    def _existing_or_full(
        self, connection: Connection, owner: str, key: IdempotencyKey | None
    ) -> tuple[str | None, int]:
        """The analysis that this key already made, and how many wait."""
        existing = find_by_key(connection, owner, key) if key else None
        n_queued = connection.scalar(self._count_queued) or 0
        if existing is None and n_queued >= self._settings.max_queued:
            raise QueueFullError(retry_after_s=QUEUE_FULL_RETRY_S)
        return existing, n_queued

    def n_queued(self) -> int:
        """How many wait."""
        with self._database.reading() as connection:
            return connection.scalar(self._count_queued) or 0

    def oldest_s(self) -> float:
        """How long the oldest of those that wait has waited, in seconds; 0 if none does."""
        oldest = select(func.min(analyses.c.created_at)).where(in_state(AnalysisState.QUEUED))
        with self._database.reading() as connection:
            created_at: float | None = connection.scalar(oldest)
        return 0.0 if created_at is None else max(0.0, self._clock() - created_at)

    def position(self, number: int) -> int:
        """How many waiting analyses are older than this one."""
        with self._database.reading() as connection:
            return connection.scalar(self._count_before, {"before": number}) or 0

    def claim(self, n: int) -> list[Claim]:
        """Lease up to `n` analyses that wait, oldest first, but leave half of them to other workers.

        Whoever took all would let them rest, and each image wait for a whole batch. On SQLite
        nobody else works.
        """
        return self._lease(self._waiting, n)

    def claim_lost(self) -> list[Claim]:
        """Lease one analysis whose worker was lost, if there is any.

        It comes alone, so that it cannot take others with it, should it be to blame.
        """
        return self._lease(self._lost, 1)

    def _lease(self, statement: UpdateBase, n: int) -> list[Claim]:
        now, lease_s = self._clock(), self._settings.lease_s
        # Twice, because the clocks of several machines differ a little.
        instants = {"now": now, "until": now + lease_s, "too_far": now + 2 * lease_s}
        with self._database.one_statement() as connection:
            rows = connection.execute(statement, instants | {"n": n}).all()
        return sorted((claim_in(row) for row in rows), key=lambda claim: claim.number)

    def renew(self, claims: list[Claim]) -> None:
        """Keep the leases of work that takes long."""
        until = self._clock() + self._settings.lease_s
        with self._database.writing_relaxed() as connection:
            for claim in claims:
                connection.execute(UPDATE, held_by(claim) | {"lease_until": until})

    def release(self, claims: list[Claim]) -> None:
        """Let others take the work at once; for a worker that has to stop."""
        waiting = {"state": AnalysisState.QUEUED, "lease_until": 0.0}
        with self._database.writing() as connection:
            for claim in claims:
                connection.execute(UPDATE, held_by(claim) | waiting)

    def finish(self, results: list[tuple[Claim, Completion]]) -> list[bool]:
        """Write how claims ended, all in one transaction.

        A power cut may undo it, and the analysis is then done again from its image; where
        images are not kept, it is on the disk before they are deleted.

        Returns: for each claim, False where the row is gone or another attempt
            holds it; nothing was written there.
        """
        now = self._clock()
        database = self._database
        begin = database.writing_relaxed if self._settings.keep_images_h else database.writing
        with begin() as connection:
            written = [_finish(connection, claim, end, now) for claim, end in results]
            if not database.is_sqlite:
                finished = (c for (c, _), was in zip(results, written, strict=True) if was)
                notify_of_results(
                    connection, ((c.replica, c.id) for c in finished if c.replica != self._replica)
                )
            return written

    def _row(self, new: NewAnalysis, now: float) -> dict[str, Any]:
        row = {field.name: getattr(new, field.name) for field in fields(NewAnalysis)}
        return row | {
            "state": AnalysisState.QUEUED,
            "attempt": 0,
            "lease_until": 0.0,
            "created_at": now,
            "image_until": now + self._settings.keep_images_h * HOUR_S,
            "expires_at": now + self._settings.keep_results_h * HOUR_S,
            "has_image": True,
            "result": AnalysisResult(),
            "replica": self._replica,
        }


def _as_stored(row: dict[str, Any], number: int) -> StoredAnalysis:
    names = {field.name for field in fields(StoredAnalysis)}
    known = {name: value for name, value in row.items() if name in names}
    return StoredAnalysis(**known, number=number, finished_at=None, has_maps=False)


def _finish(connection: Connection, claim: Claim, end: Completion, now: float) -> bool:
    values = {field.name: getattr(end, field.name) for field in fields(Completion)}
    written = connection.execute(FINISH, held_by(claim) | values | {"now": now})
    return bool(written.rowcount)
