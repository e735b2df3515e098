"""The worker: leases what waits, asks the engine, writes the answers down.

Runs in the service's process. It takes several rows at once where several wait,
so the queue is the batcher. Every doubt ends in a reason, never in a finding.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import structlog

from raiox.entities import Radiograph, Reading
from raiox.errors import InternalError, RaioxError
from raiox.records.errors import RecordsError
from raiox.records.rows import Claim, Clock, Finish
from raiox.records.store import Records
from raiox.service.decoded_cache import Handover
from raiox.service.engine_holder import ModelGate
from raiox.service.errors import AnalysisExpiredError, AnalysisPoisonedError, ImageNotKeptError
from raiox.service.executors import Threads
from raiox.service.notifier import Doorbell, heard
from raiox.service.png import from_png, pack
from raiox.service.result_json import describe_failure, describe_reading
from raiox.service.wait_estimate import Pace
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState

LOOK_AGAIN_S = 1.0
"""How often an idle worker looks for lost leases and rows of other processes."""
PAUSE_AFTER_TROUBLE_S = 1.0
"""How long it leaves records alone that are locked or full."""
STOP_PATIENCE_S = 5.0
"""How long a stopping worker waits for its batch before it gives the leases back."""

Answer = Reading | RaioxError


class Worker:
    """One line of work; as many may run as there are processes."""

    def __init__(
        self,
        *,
        records: Records,
        models: ModelGate,
        threads: Threads,
        doorbell: Doorbell,
        handover: Handover,
        settings: RecordsSettings,
        max_batch_size: int,
        clock: Clock = time.time,
    ) -> None:
        self._records = records
        self._models = models
        self._threads = threads
        self._doorbell = doorbell
        self._handover = handover
        self._settings = settings
        self._max_batch_size = max_batch_size
        self._clock = clock
        self.pace = Pace()
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
                busy = await self.take_turn()
            except RecordsError as error:
                # The rows are safe; their leases run out and the work is taken again.
                structlog.get_logger().warning("records_in_trouble", code=error.code)
                await asyncio.sleep(PAUSE_AFTER_TROUBLE_S)
                continue
            if not busy and not self._stopping:
                await heard(self._work_came, LOOK_AGAIN_S)

    async def stop(self, running: asyncio.Task[None]) -> None:
        """Finish the batch in hand; give its leases back if that takes too long."""
        self._stopping = True
        self.wake()
        done, _ = await asyncio.wait({running}, timeout=STOP_PATIENCE_S)
        if not done:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            claims = self._claims
            await self._threads.write(lambda: self._records.queue.release(claims))

    async def take_turn(self) -> bool:
        """Claim one batch and finish it.

        Returns: False if nothing waited or no model is loaded.
        """
        if self._models.refusal is not None:
            return False
        self._claims = await self._threads.write(
            lambda: self._records.queue.claim(self._max_batch_size)
        )
        claims, self_evident = self._claims, self._given_up(self._claims)
        if not claims:
            return False
        readable = [claim for claim in claims if claim.id not in self_evident]
        async with self._leases_kept(readable):
            with self.pace.turn(len(readable)):
                answers = await self._answers(readable)
        await self._finish(claims, self_evident | answers)
        return True

    def _given_up(self, claims: list[Claim]) -> dict[str, Answer]:
        answers: dict[str, Answer] = {}
        oldest = self._clock() - self._settings.max_queued_s
        for claim in claims:
            if claim.attempt > self._settings.max_attempts:
                answers[claim.id] = AnalysisPoisonedError(attempts=self._settings.max_attempts)
            elif claim.created_at < oldest:
                answers[claim.id] = AnalysisExpiredError(limit_s=self._settings.max_queued_s)
        return answers

    async def _answers(self, claims: list[Claim]) -> dict[str, Answer]:
        if not claims:
            return {}
        radiographs = await self._radiographs(claims)
        found = [claim.id for claim in claims if claim.id in radiographs]
        read = await self._threads.infer(
            lambda: self._ask([radiographs[analysis_id] for analysis_id in found])
        )
        missing: dict[str, Answer] = {
            claim.id: ImageNotKeptError() for claim in claims if claim.id not in radiographs
        }
        return missing | dict(zip(found, read, strict=True))

    async def _radiographs(self, claims: list[Claim]) -> dict[str, Radiograph]:
        found: dict[str, Radiograph] = {}
        for claim in claims:
            radiograph = self._handover.take(claim.id) or await self._threads.read(
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

    def _ask(self, radiographs: Sequence[Radiograph]) -> list[Answer]:
        """Ask for all at once, and one by one if the engine breaks on them together."""
        if not radiographs:
            return []
        try:
            return list(self._models.engine.read_many(radiographs))
        except RaioxError as error:
            refusal: RaioxError = error
        except Exception:  # noqa: BLE001  (logged and told as a refusal)
            structlog.get_logger().exception("engine_broke", n_radiographs=len(radiographs))
            refusal = InternalError()
        if len(radiographs) == 1:
            return [refusal]
        return [answer for radiograph in radiographs for answer in self._ask([radiograph])]

    async def _finish(self, claims: list[Claim], answers: dict[str, Answer]) -> None:
        results = [(claim, _finish(answers[claim.id])) for claim in claims]
        written = await self._threads.write(lambda: self._records.queue.finish(results))
        for claim, was_written in zip(claims, written, strict=True):
            if was_written:
                self._doorbell.ring(claim.id)
            if self._settings.keep_images_h == 0 and was_written:
                await self._forget_image(claim)

    async def _forget_image(self, claim: Claim) -> None:
        await self._threads.write(lambda: self._records.queue.forget_image(claim.id))
        await self._threads.read(lambda: self._records.files.remove(claim.id, claim.sha256))

    @asynccontextmanager
    async def _leases_kept(self, claims: list[Claim]) -> AsyncIterator[None]:
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
            with suppress(RecordsError):  # the next beat, or the fence, will tell
                await self._threads.write(lambda: self._records.queue.renew(claims))


def _finish(answer: Answer) -> Finish:
    if isinstance(answer, RaioxError):
        return Finish(AnalysisState.FAILED, describe_failure(answer))
    prediction = answer.prediction
    return Finish(
        AnalysisState.DONE,
        describe_reading(answer),
        maps=pack(prediction.activation_maps) if prediction else None,
        embedding=pack(prediction.embedding) if prediction else None,
    )
