"""The running service: its pieces, the worker and the sweeper, from start to stop."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import structlog

from raiox.inference.engine import Engine
from raiox.records.errors import RecordsError
from raiox.records.rows import Clock
from raiox.records.store import Records, open_records
from raiox.service.analyses import Analyses, Pieces, ReadsUploads, RenderHeatmap
from raiox.service.decoded_cache import Handover
from raiox.service.engine_holder import ModelGate
from raiox.service.executors import Threads
from raiox.service.notifier import Doorbell
from raiox.service.worker import Worker
from raiox.settings import Settings

SWEEP_EVERY_S = 20.0
RESTART_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Choices:
    """What the entry point chose; tests choose otherwise."""

    open_engine: Callable[[], Engine]
    open_intake: Callable[[], ReadsUploads]
    render_heatmap: RenderHeatmap
    clock: Clock = time.time


@dataclass(frozen=True, slots=True)
class Runtime:
    """A started service."""

    analyses: Analyses
    models: ModelGate
    records: Records
    threads: Threads
    doorbell: Doorbell

    @property
    def stopping(self) -> bool:
        """True once the service has been asked to stop."""
        return self.doorbell.closing.is_set()


@asynccontextmanager
async def running(settings: Settings, choices: Choices) -> AsyncIterator[Runtime]:
    """Start everything; on the way out, finish or give back what was begun."""
    records = await asyncio.to_thread(
        open_records, settings.records, settings.data_dir, choices.clock
    )
    intake = choices.open_intake()
    runtime, worker = _assemble(settings, choices, records, intake)
    loading = asyncio.create_task(_load(runtime.models, worker))
    working = asyncio.create_task(_kept_alive("worker", worker.run))
    sweeping = asyncio.create_task(_kept_alive("sweeper", lambda: _sweep(records, runtime.threads)))
    try:
        yield runtime
    finally:
        runtime.doorbell.close()
        await worker.stop(working)
        for task in (loading, sweeping):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        runtime.threads.close()
        intake.close()
        records.close()


def _assemble(
    settings: Settings, choices: Choices, records: Records, intake: ReadsUploads
) -> tuple[Runtime, Worker]:
    threads = Threads(settings.intake.n_decoders)
    models = ModelGate(choices.open_engine)
    doorbell, handover = Doorbell(), Handover()
    worker = Worker(
        records=records,
        models=models,
        threads=threads,
        doorbell=doorbell,
        handover=handover,
        settings=settings.records,
        max_batch_size=settings.inference.max_batch_size,
        clock=choices.clock,
    )
    pieces = Pieces(
        intake=intake,
        records=records,
        models=models,
        threads=threads,
        doorbell=doorbell,
        handover=handover,
        pace=worker.pace,
        render_heatmap=choices.render_heatmap,
        wake_worker=worker.wake,
    )
    return Runtime(Analyses(pieces), models, records, threads, doorbell), worker


async def _load(models: ModelGate, worker: Worker) -> None:
    await asyncio.to_thread(models.load)
    worker.wake()


async def _sweep(records: Records, threads: Threads) -> None:
    while True:
        with suppress(RecordsError):  # the next sweep tries again
            await threads.write(records.retention.sweep)
        await asyncio.sleep(SWEEP_EVERY_S)


async def _kept_alive(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run for ever; a mistake of ours is logged and must not stop the service."""
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001  (logged; the rows' leases run out)
            structlog.get_logger().exception("task_broke", task=name)
            await asyncio.sleep(RESTART_AFTER_S)
        else:
            return
