"""The worker: leases what waits, runs the engine, stores the results.

Runs in the service's process. It takes several rows at once where several wait,
so the queue is the batcher. Every error ends in a reason, never in a finding.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import structlog

from raiox.entities import EngineResult, Radiograph
from raiox.errors import InternalError, RaioxError
from raiox.records.errors import RecordsError
from raiox.records.rows import Claim, Clock, Completion
from raiox.records.store import Records
from raiox.result import AnalysisResult
from raiox.service.decoded_cache import DecodedCache
from raiox.service.engine_holder import EngineHolder
from raiox.service.errors import AnalysisExpiredError, AnalysisPoisonedError, ImageNotKeptError
from raiox.service.executors import Executors
from raiox.service.notifier import Notifier, wait_for
from raiox.service.png import from_png, pack
from raiox.service.wait_estimate import WaitEstimator
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState

POLL_INTERVAL_S = 1.0
"""How often an idle worker looks for lost leases and rows of other processes."""
ERROR_BACKOFF_S = 1.0
"""How long it waits before it uses records again that were locked or full."""
STOP_GRACE_S = 5.0
"""How long a stopping worker waits for its batch before it gives the leases back."""


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
        clock: Clock = time.time,
    ) -> None:
        self._records = records
        self._engine_holder = engine_holder
        self._executors = executors
        self._notifier = notifier
        self._decoded_cache = decoded_cache
        self._settings = settings
        self._max_batch_size = max_batch_size
        self._clock = clock
        self.wait_estimator = WaitEstimator()
        self._work_came = asyncio.Event()
        self._stopping = False
        self._claims: list[Claim] = []

    def wake(self) -> None:
        """Something may wait: look now."""
        self._work_came.set()

    async def run(self) -> None:
        """Work until stopped."""
        while not self._stopping:
            try:
                busy = await self.process_batch()
            except RecordsError as error:
                # The rows are safe; their leases run out and the work is taken again.
                structlog.get_logger().warning("records_in_trouble", code=error.code)
                await asyncio.sleep(ERROR_BACKOFF_S)
                continue
            if not busy and not self._stopping:
                await wait_for(self._work_came, POLL_INTERVAL_S)

    async def stop(self, running: asyncio.Task[None]) -> None:
        """Finish the batch in hand; give its leases back if that takes too long."""
        self._stopping = True
        self.wake()
        done, _ = await asyncio.wait({running}, timeout=STOP_GRACE_S)
        if not done:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            claims = self._claims
            await self._executors.write(lambda: self._records.queue.release(claims))

    async def process_batch(self) -> bool:
        """Claim one batch and finish it.

        Returns: False if nothing waited or no model is loaded.
        """
        if self._engine_holder.unavailable_reason is not None:
            return False
        self._claims = await self._executors.write(
            lambda: self._records.queue.claim(self._max_batch_size)
        )
        claims, failed = self._claims, self._expired_or_poisoned(self._claims)
        if not claims:
            return False
        remaining = [claim for claim in claims if claim.id not in failed]
        async with self._renewing_leases(remaining):
            with self.wait_estimator.measure(len(remaining)):
                results = await self._results(remaining)
        await self._finish(claims, failed | results)
        return True

    def _expired_or_poisoned(self, claims: list[Claim]) -> dict[str, EngineResult | RaioxError]:
        failed: dict[str, EngineResult | RaioxError] = {}
        oldest = self._clock() - self._settings.max_queued_s
        for claim in claims:
            if claim.attempt > self._settings.max_attempts:
                failed[claim.id] = AnalysisPoisonedError(attempts=self._settings.max_attempts)
            elif claim.created_at < oldest:
                failed[claim.id] = AnalysisExpiredError(limit_s=self._settings.max_queued_s)
        return failed

    async def _results(self, claims: list[Claim]) -> dict[str, EngineResult | RaioxError]:
        if not claims:
            return {}
        radiographs = await self._radiographs(claims)
        predicted = await self._executors.infer(lambda: self._predict(list(radiographs.values())))
        missing: dict[str, EngineResult | RaioxError] = {
            claim.id: ImageNotKeptError() for claim in claims if claim.id not in radiographs
        }
        return missing | dict(zip(radiographs, predicted, strict=True))

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

    def _predict(self, radiographs: Sequence[Radiograph]) -> list[EngineResult | RaioxError]:
        """Predict all at once, and one by one if the engine breaks on them together."""
        if not radiographs:
            return []
        try:
            return list(self._engine_holder.require().predict(radiographs))
        except RaioxError as error:
            failure: RaioxError = error
        except Exception:  # noqa: BLE001  (logged, and the reason of the failure)
            structlog.get_logger().exception("engine_broke", n_radiographs=len(radiographs))
            failure = InternalError()
        if len(radiographs) == 1:
            return [failure]
        return [result for radiograph in radiographs for result in self._predict([radiograph])]

    async def _finish(
        self, claims: list[Claim], results: dict[str, EngineResult | RaioxError]
    ) -> None:
        completions = [(claim, _completion(results[claim.id])) for claim in claims]
        written = await self._executors.write(lambda: self._records.queue.finish(completions))
        for claim, was_written in zip(claims, written, strict=True):
            if was_written:
                self._notifier.notify(claim.id)
            if self._settings.keep_images_h == 0 and was_written:
                await self._forget_image(claim)

    async def _forget_image(self, claim: Claim) -> None:
        await self._executors.write(lambda: self._records.queue.forget_image(claim.id))
        await self._executors.read(lambda: self._records.files.remove(claim.id, claim.sha256))

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
    maps = pack(result.prediction.activation_maps) if result.prediction else None
    return Completion(AnalysisState.DONE, AnalysisResult.of(result), maps)
