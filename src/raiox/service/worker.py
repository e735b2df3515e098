"""The worker: leases what waits, runs the engine, stores the results.

Runs in the service's process, or in others beside it. It takes several rows at once where several wait,
so the queue is the batcher. While it rests, the prediction of an upload begins before
its row is committed, and its result is stored once it is. What another worker lost on its
way runs alone. Every error ends in a reason, never in a finding.

That a worker was lost says nothing of what it had in its hands, so it is not counted. Only an
image that ends the engine's process while the service lives on, alone and several times, is
to blame.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import structlog

from raiox.entities import EngineResult, Radiograph
from raiox.errors import RaioxError
from raiox.inference.errors import ModelUnavailableError
from raiox.records.errors import AnalysisExpiredError, RecordsError
from raiox.records.rows import Claim, Completion
from raiox.records.store import Records
from raiox.result import AnalysisResult
from raiox.service.decoded_cache import DecodedCache
from raiox.service.engine_holder import EngineHolder
from raiox.service.errors import ImageNotKeptError
from raiox.service.executors import Executors
from raiox.service.notifier import Notifier, wait_for
from raiox.service.png import from_png
from raiox.service.predictor import Predictor
from raiox.service.stored_maps import StoredMaps
from raiox.service.wait_estimate import WaitEstimator
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState

POLL_INTERVAL_S = 1.0
"""How often an idle worker looks for lost leases, and for rows of other processes on SQLite."""
POLL_NOTIFIED_S = 5.0
"""How often it looks for rows where it is notified: a notification may get lost."""
ERROR_BACKOFF_S = 1.0
"""How long it waits before it uses records again that were locked or full."""
MAX_EARLY = 16
"""Predictions that may wait for their rows."""
STOP_GRACE_S = 5.0
"""How long a stopping worker waits for its batch before it gives the leases back."""

Results = dict[str, EngineResult | RaioxError]
"""By analysis: the reading, or why there is none."""


class Worker:
    """One line of work; as many may run as there are processes."""

    def __init__(
        self,
        *,
        records: Records,
        engine_holder: EngineHolder,
        executors: Executors,
        notifier: Notifier,
        decoded_cache: DecodedCache,
        settings: RecordsSettings,
        max_batch_size: int,
        works: bool = True,
    ) -> None:
        """Prepare.

        Args:
            works: False where other processes do the work and this one only accepts it.
        """
        self._works = works
        self._records = records
        self._engine_holder = engine_holder
        self._predictor = Predictor(engine_holder, settings.max_attempts)
        self._executors = executors
        self._notifier = notifier
        self._decoded_cache = decoded_cache
        self._settings = settings
        self._max_batch_size = max_batch_size
        self.wait_estimator = WaitEstimator()
        self._n_predicting = 0
        self._early: dict[str, asyncio.Task[list[EngineResult | RaioxError]]] = {}
        self._taken: set[asyncio.Task[None]] = set()
        self._work_came = asyncio.Event()
        self._stop_came = asyncio.Event()
        self._stopping = False
        self._claims: dict[str, Claim] = {}

    def wake(self) -> None:
        """Something may wait: look now."""
        self._work_came.set()

    def expect(self, analysis_id: str, radiograph: Radiograph) -> bool:
        """Keep the pixels of an upload that is about to be accepted.

        Returns: whether its prediction has begun; then `take` its claim, if there is one.
        """
        if not self._works:
            return False
        self._decoded_cache.put(analysis_id, radiograph)
        begun = any(not task.done() for task in self._early.values())
        if begun or self._n_predicting or self._stopping:
            return False
        if len(self._early) == MAX_EARLY:  # another process took that row
            del self._early[next(iter(self._early))]
        self._early[analysis_id] = asyncio.create_task(self._infer([radiograph]))
        return True

    def forget(self, analysis_id: str) -> None:
        """The upload was not accepted, or its analysis was deleted."""
        self._decoded_cache.pop(analysis_id)
        self._early.pop(analysis_id, None)

    def take(self, claim: Claim) -> None:
        """Finish what was claimed as it was accepted."""
        task = asyncio.create_task(self._finish_taken(claim))
        self._taken.add(task)
        task.add_done_callback(self._taken.discard)

    async def _finish_taken(self, claim: Claim) -> None:
        try:
            await self._process([claim])
        except RecordsError as error:
            # Its lease runs out and it is taken again.
            structlog.get_logger().warning("records_in_trouble", code=error.code)

    async def run(self) -> None:
        """Work until stopped."""
        interval_s = POLL_INTERVAL_S if self._records.database.is_sqlite else POLL_NOTIFIED_S
        await self._repeat(self.process_batch, self._work_came, interval_s)

    async def run_lost(self) -> None:
        """Work on what other workers lost, until stopped."""
        await self._repeat(self.process_lost, self._stop_came, POLL_INTERVAL_S)

    async def _repeat(
        self, work: Callable[[], Awaitable[bool]], alarm: asyncio.Event, interval_s: float
    ) -> None:
        while not self._stopping:
            try:
                busy = await work()
            except RecordsError as error:
                # The rows are safe; their leases run out and the work is taken again.
                structlog.get_logger().warning("records_in_trouble", code=error.code)
                await asyncio.sleep(ERROR_BACKOFF_S)
                continue
            if not busy and not self._stopping:
                await wait_for(alarm, interval_s)

    async def stop(self, *running: asyncio.Task[None]) -> None:
        """Finish what is in hand; give its leases back if that takes too long."""
        self._stopping = True
        self.wake()
        self._stop_came.set()
        _, late = await asyncio.wait({*running, *self._taken}, timeout=STOP_GRACE_S)
        for task in late:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        claims = list(self._claims.values())
        if claims:
            await self._executors.write(lambda: self._records.queue.release(claims))

    async def process_batch(self) -> bool:
        """Claim one batch and finish it.

        Returns: False if nothing waited or no model is loaded.
        """
        if self._engine_holder.unavailable_reason is not None:
            return False
        if begun := {*self._early.values(), *self._taken}:
            await asyncio.wait(begun)  # until then others wait in the queue, and make one batch
        queue, n = self._records.queue, self._max_batch_size
        return await self._process(await self._executors.write(lambda: queue.claim(n)))

    async def process_lost(self) -> bool:
        """Claim one analysis that another worker lost, and finish it.

        Returns: False if there was none or no model is loaded.
        """
        if self._engine_holder.unavailable_reason is not None:
            return False
        return await self._process(await self._executors.write(self._records.queue.claim_lost))

    async def _process(self, claims: list[Claim]) -> bool:
        if not claims:
            return False
        self._claims |= {claim.id: claim for claim in claims}
        failed = self._expired(claims)
        for analysis_id in failed:
            self.forget(analysis_id)
        remaining = [claim for claim in claims if claim.id not in failed]
        try:
            async with self._renewing_leases(remaining):
                results = await self._results(remaining)
        except ModelUnavailableError as error:
            # They wait again, until there is a model or their time is over.
            structlog.get_logger().warning("engine_in_trouble", code=error.code, **error.facts)
            await self._executors.write(lambda: self._records.queue.release(remaining))
            results = {}
        done = [claim for claim in claims if claim.id in failed | results]
        await self._finish(done, failed | results)
        for claim in claims:
            self._claims.pop(claim.id, None)
        return bool(done)

    def _expired(self, claims: list[Claim]) -> Results:
        """What waited too long, unless only the clock says so."""
        limit_s, watch = self._settings.max_queued_s, self._records.watch
        return {
            claim.id: AnalysisExpiredError(limit_s=limit_s)
            for claim in claims
            if watch.lies_back(claim.created_at, limit_s)
        }

    async def _results(self, claims: list[Claim]) -> Results:
        early = {c.id: self._early.pop(c.id) for c in claims if c.id in self._early}
        radiographs = await self._radiographs([c for c in claims if c.id not in early])
        predicted = await self._infer(list(radiographs.values()))
        missing: Results = {c.id: ImageNotKeptError() for c in claims}
        for analysis_id, task in early.items():
            self._decoded_cache.pop(analysis_id)
            [missing[analysis_id]] = await task
        return missing | dict(zip(radiographs, predicted, strict=True))

    async def _infer(self, radiographs: list[Radiograph]) -> list[EngineResult | RaioxError]:
        if not radiographs:
            return []
        self._n_predicting += 1
        try:
            with self.wait_estimator.measure(len(radiographs)):
                return await self._executors.infer(lambda: self._predictor.predict(radiographs))
        finally:
            self._n_predicting -= 1

    async def _radiographs(self, claims: list[Claim]) -> dict[str, Radiograph]:
        found: dict[str, Radiograph] = {}
        for claim in claims:
            radiograph = self._decoded_cache.pop(claim.id) or await self._executors.read(
                lambda claim=claim: self._read_back(claim)  # type: ignore[misc]
            )
            if radiograph is not None:
                found[claim.id] = radiograph
        return found

    def _read_back(self, claim: Claim) -> Radiograph | None:
        content = self._records.files.read(claim.id, claim.sha256)
        if content is None:
            return None
        return from_png(
            content, sha256=claim.sha256, source_format=claim.source_format, notes=claim.notes
        )

    async def _finish(self, claims: list[Claim], results: Results) -> None:
        maps = self._records.maps
        ends = [(claim, _completion(results[claim.id])) for claim in claims]
        if maps.in_files:
            puts = (self._executors.read(partial(maps.put, claim, end)) for claim, end in ends)
            ends = list(zip(claims, await asyncio.gather(*puts), strict=True))
        written = await self._executors.write(lambda: self._records.queue.finish(ends))
        for (claim, end), was_written in zip(ends, written, strict=True):
            if not was_written:
                await self._executors.read(partial(maps.take_back, claim, end))
                continue
            self._notifier.notify(claim.id)
            if self._settings.keep_images_h == 0:
                await self._forget_image(claim, end)

    async def _forget_image(self, claim: Claim, end: Completion) -> None:
        retention, files = self._records.retention, self._records.files
        await self._executors.write(lambda: retention.forget_images([claim.id]))
        suffixes = retention.suffixes_of_image(end.maps_suffix)
        await self._executors.read(lambda: files.remove(claim.id, claim.sha256, suffixes))

    @asynccontextmanager
    async def _renewing_leases(self, claims: list[Claim]) -> AsyncIterator[None]:
        heartbeat = asyncio.create_task(self._renew(claims))
        try:
            yield
        finally:
            heartbeat.cancel()
            with suppress(asyncio.CancelledError):
                await heartbeat

    async def _renew(self, claims: list[Claim]) -> None:
        while True:
            await asyncio.sleep(self._settings.lease_s / 3)
            with suppress(RecordsError):  # the next renewal, or the fence, decides
                await self._executors.write(lambda: self._records.queue.renew(claims))


def _completion(result: EngineResult | RaioxError) -> Completion:
    if isinstance(result, RaioxError):
        return Completion(AnalysisState.FAILED, AnalysisResult.failed(result))
    maps = StoredMaps.of(result.prediction).pack() if result.prediction else None
    return Completion(AnalysisState.DONE, AnalysisResult.of(result), maps)
