"""The use cases: submit a radiograph, see its result again.

What is accepted was decoded, checked and committed; whatever is refused leaves
nothing behind. Knows no HTTP, no SQL and no network, only their promises.
"""

import asyncio
import hashlib
import math
import time
import uuid
from contextlib import suppress
from dataclasses import replace

import numpy as np

from raiox.entities import LungOcclusion, PixelValues, Radiograph
from raiox.errors import RaioxError
from raiox.inference.heatmap import render
from raiox.records.errors import (
    AnalysisNotFoundError,
    CommitUnknownError,
    RecordsError,
    RecordsUnavailableError,
)
from raiox.records.history import HistoryPage
from raiox.records.images import SUFFIX, VALUES_SUFFIX, ImageStore
from raiox.records.rows import Accepted, IdempotencyKey, NewAnalysis, StoredAnalysis
from raiox.service.dependencies import Dependencies
from raiox.service.errors import (
    HeatmapNotAvailableError,
    ImageNotKeptError,
    ScoresNotAvailableError,
)
from raiox.service.notifier import wait_for
from raiox.service.png import from_png, to_png
from raiox.service.single_flight import SingleFlight
from raiox.service.stored_maps import StoredMaps
from raiox.service.wait_estimate import QueuePosition
from raiox.vocabulary import AnalysisState

POLL_INTERVAL_S = 0.5
"""How often a waiting request looks for results of other processes on SQLite."""
POLL_NOTIFIED_S = 5.0
"""How often it looks where it is notified: a notification may get lost."""
LOOK_AGAIN_S = (0.1, 0.3, 0.6, 1.0, 2.0)
"""Pauses before looking for a row that may have been committed."""
SHUTDOWN_GRACE_S = 3.0
"""How long a request may still wait when the service stops."""


class Analyses:
    """Everything that an interface of raiox does on behalf of one owner."""

    def __init__(self, dependencies: Dependencies) -> None:
        self._dependencies = dependencies
        self._records = dependencies.records
        self._executors = dependencies.executors
        self._keeps_values = dependencies.keep_values
        self._single_flight = SingleFlight[Accepted]()
        is_sqlite = dependencies.records.database.is_sqlite
        self._poll_interval_s = POLL_INTERVAL_S if is_sqlite else POLL_NOTIFIED_S

    async def submit(self, content: bytes, owner: str, key: str | None = None) -> Accepted:
        """Accept one image; once this returns, the analysis cannot be lost.

        Args:
            key: an idempotency key; equal requests with it are one analysis.
        Raises: IntakeError, RecordsError, ModelUnavailableError,
            IdempotencyMismatchError, IdempotencyInFlightError.
        """
        self._dependencies.engine_holder.require()
        sha256 = hashlib.sha256(content).hexdigest()
        if key is None:
            return await self._accept(content, sha256, owner, None)
        hashed = IdempotencyKey(hashlib.sha256(key.encode()).hexdigest(), sha256)
        return await self._single_flight.run(
            owner, hashed, lambda: self._accept(content, sha256, owner, hashed)
        )

    async def _accept(
        self, content: bytes, sha256: str, owner: str, key: IdempotencyKey | None
    ) -> Accepted:
        queue, files, intake = self._records.queue, self._records.files, self._dependencies.intake
        existing = await self._executors.read(lambda: queue.check(owner, key))
        if existing is not None:
            return Accepted(existing)
        radiograph = await self._executors.decode(lambda: intake.load(content, sha256))
        values = radiograph.values if self._keeps_values else None
        radiograph = replace(radiograph, values=None)  # for the networks the shades are enough
        new, worker = _new_analysis(radiograph, values, owner), self._dependencies.worker
        begun = worker.expect(new.id, radiograph)
        accepted = None
        try:
            await self._executors.read(lambda: _keep(files, new, radiograph, values))
            accepted = await self._executors.write_together(
                lambda: queue.enqueue(new, key, lease=begun)
            )
        except CommitUnknownError:
            # Its image must stay: the row may still appear. Without one, it is swept as a leaving.
            accepted = await self._found_again(new.id, owner)
            if accepted is None:
                worker.forget(new.id)
                raise
        except BaseException:
            await self._take_back(new)
            raise
        if accepted.id != new.id:
            await self._take_back(new)
        if accepted.claim:
            worker.take(accepted.claim)
        else:
            worker.wake()
        return accepted

    async def _take_back(self, new: NewAnalysis) -> None:
        """Leave nothing of an upload that was not accepted."""
        self._dependencies.worker.forget(new.id)
        with suppress(RecordsError):  # the next sweep takes it
            await self._executors.read(lambda: self._records.files.remove(new.id, new.sha256))

    async def _found_again(self, analysis_id: str, owner: str) -> Accepted | None:
        """What was accepted though the database's answer was lost; None if it can't be found."""
        for pause_s in LOOK_AGAIN_S:
            await asyncio.sleep(pause_s)
            with suppress(RecordsError, AnalysisNotFoundError):
                return Accepted((await self.get(analysis_id, owner)).id)
        return None

    async def wait(self, analysis_id: str, owner: str, timeout_s: float) -> StoredAnalysis:
        """The analysis, finished if it finishes within `timeout_s`.

        Raises: AnalysisNotFoundError.
        """
        deadline = time.monotonic() + timeout_s
        with self._dependencies.notifier.subscribe(analysis_id) as notified:
            # Read from the records after every notification: another process may have finished it.
            analysis = await self.get(analysis_id, owner)
            while not analysis.finished:
                if self._dependencies.notifier.closing.is_set():
                    deadline = min(deadline, time.monotonic() + SHUTDOWN_GRACE_S)
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    break
                await wait_for(notified, min(left_s, self._poll_interval_s))
                analysis = await self.get(analysis_id, owner)
        return analysis

    async def get(self, analysis_id: str, owner: str) -> StoredAnalysis:
        """One analysis. Raises: AnalysisNotFoundError."""
        return await self._executors.read(lambda: self._records.history.get(analysis_id, owner))

    async def waiting(self, analysis: StoredAnalysis) -> QueuePosition | None:
        """How many wait before it and how long it may take.

        None once it is not waiting, or while the records cannot say.
        """
        if analysis.state is not AnalysisState.QUEUED:
            return None
        with suppress(RecordsUnavailableError):
            return await self._queue_position(analysis)
        return None

    async def _queue_position(self, analysis: StoredAnalysis) -> QueuePosition:
        queue, is_sqlite = self._records.queue, self._records.database.is_sqlite
        n_before = await self._executors.read(lambda: queue.position(analysis.number))
        # Where several processes work, the records alone know how fast all of them are.
        each_s = (
            None if is_sqlite else await self._executors.read(self._records.statistics.seconds_each)
        )
        estimated_s = (
            self._dependencies.worker.wait_estimator.wait_s(n_before)
            if each_s is None
            else max(1, math.ceil((n_before + 1) * each_s))
        )
        return QueuePosition(n_before, estimated_s)

    async def history(self, owner: str, *, limit: int, cursor: str | None = None) -> HistoryPage:
        """One page of the owner's analyses, newest first. Raises: InvalidCursorError."""
        return await self._executors.read(
            lambda: self._records.history.list(owner, limit=limit, cursor=cursor)
        )

    async def image(self, analysis_id: str, owner: str) -> bytes:
        """The kept image as PNG. Raises: AnalysisNotFoundError, ImageNotKeptError."""
        return await self._read_file(analysis_id, owner, SUFFIX)

    async def values(self, analysis_id: str, owner: str) -> bytes:
        """The values of the kept image as PNG of 16 bits, where the file had more than 8.

        Raises: AnalysisNotFoundError, ImageNotKeptError.
        """
        return await self._read_file(analysis_id, owner, VALUES_SUFFIX)

    async def _read_file(self, analysis_id: str, owner: str, suffix: str) -> bytes:
        analysis = await self.get(analysis_id, owner)
        content = await self._executors.read(
            lambda: self._records.files.read(analysis.id, analysis.sha256, suffix)
        )
        if content is None:
            raise ImageNotKeptError
        return content

    async def occlude_lungs(self, analysis_id: str, owner: str) -> LungOcclusion:
        """The scores of the kept image as it is and with its lungs hidden, by the present networks.

        Raises: AnalysisNotFoundError, ScoresNotAvailableError, ImageNotKeptError, LungsNotFoundError,
            ModelUnavailableError, EngineCrashedError.
        """
        analysis = await self.get(analysis_id, owner)
        if analysis.result.scores is None:
            raise ScoresNotAvailableError
        content = await self.image(analysis_id, owner)
        engine = self._dependencies.engine_holder.require()
        facts = {"sha256": analysis.sha256, "source_format": analysis.source_format}
        radiograph = await self._executors.read(
            lambda: from_png(content, **facts, notes=analysis.notes)
        )
        [found] = await self._executors.infer(lambda: engine.occlude_lungs([radiograph]))
        if isinstance(found, RaioxError):
            raise found
        return found

    async def heatmap(self, analysis_id: str, owner: str, finding: str) -> bytes:
        """The heatmap of one finding as PNG, of the image's shape.

        Raises: AnalysisNotFoundError, HeatmapNotAvailableError.
        """
        analysis = await self.get(analysis_id, owner)
        return await self._executors.read(lambda: self._render(analysis, owner, finding))

    async def lungs(self, analysis_id: str, owner: str) -> bytes:
        """The probability of lung over the image as a small gray PNG; white is certain.

        Raises: AnalysisNotFoundError, HeatmapNotAvailableError.
        """
        analysis = await self.get(analysis_id, owner)
        return await self._executors.read(lambda: self._render_lungs(analysis, owner))

    async def maps(self, analysis: StoredAnalysis, owner: str) -> StoredMaps | None:
        """What was seen where; None of an image that was not classified.

        Raises: AnalysisNotFoundError.
        """
        return await self._executors.read(lambda: self._maps(analysis, owner))

    def _maps(self, analysis: StoredAnalysis, owner: str) -> StoredMaps | None:
        kept = self._records.maps.read(analysis.id, owner)
        return None if kept is None else StoredMaps.unpack(kept, len(analysis.result.scores or ()))

    def _render_lungs(self, analysis: StoredAnalysis, owner: str) -> bytes:
        maps = self._maps(analysis, owner)
        if maps is None or maps.lungs is None:
            raise HeatmapNotAvailableError
        return to_png((np.clip(maps.lungs, 0, 1) * 255).round().astype(np.uint8))

    def _render(self, analysis: StoredAnalysis, owner: str, finding: str) -> bytes:
        maps = self._maps(analysis, owner)
        findings = list(analysis.result.scores or ())
        if maps is None or finding not in findings:
            raise HeatmapNotAvailableError
        activation_map = maps.findings[findings.index(finding)]
        return render(activation_map, analysis.width_px, analysis.height_px)


def _keep(
    files: ImageStore, new: NewAnalysis, radiograph: Radiograph, values: PixelValues | None
) -> None:
    files.put(new.id, new.sha256, to_png(radiograph.pixels))
    if values:
        files.put(new.id, new.sha256, to_png(values.samples), VALUES_SUFFIX)


def _new_analysis(radiograph: Radiograph, values: PixelValues | None, owner: str) -> NewAnalysis:
    height_px, width_px = radiograph.pixels.shape
    return NewAnalysis(
        id=str(uuid.uuid4()),
        owner=owner,
        sha256=radiograph.sha256,
        source_format=radiograph.source_format,
        notes=radiograph.notes,
        width_px=width_px,
        height_px=height_px,
        pixel_spacing_mm=radiograph.pixel_spacing_mm,
        value_scale=values.scale if values else None,
    )
