"""The running service: its parts, the worker and the sweeper, from start to stop.

On PostgreSQL a service may be several processes: some accept, some work, each sweeps when no
other does. What one of them needs to know at once comes by notification.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import structlog

from raiox.errors import InternalError, RaioxError
from raiox.inference.engine import Engine
from raiox.records.errors import RecordsError
from raiox.records.notifications import Listener
from raiox.records.rows import Clock
from raiox.records.store import Records, open_records
from raiox.service.analyses import Analyses
from raiox.service.decoded_cache import DecodedCache
from raiox.service.decoder_watch import DecoderWatch
from raiox.service.deletion import Deletion
from raiox.service.dependencies import Dependencies, ReadsUploads
from raiox.service.engine_holder import EngineHolder
from raiox.service.executors import Executors
from raiox.service.notifier import Notifier
from raiox.service.roles import Role, require_role
from raiox.service.worker import Worker
from raiox.settings import Settings

SWEEP_EVERY_S = 20.0
ERASE_EVERY_S = 1.0
"""How often deleted rows are tried to be erased that a reader keeps in the log."""
RESTART_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Factories:
    """What the entry point opens the service with; tests open it with something else."""

    open_engine: Callable[[], Engine]
    open_intake: Callable[[], ReadsUploads]
    clock: Clock | None = None
    """By default, that of the machine that runs the database."""
    elapsed: Clock = time.monotonic
    """A clock that nobody can set, by which `clock` is judged."""
    role: Role = Role.ALL


@dataclass(frozen=True, slots=True)
class Service:
    """A started service."""

    analyses: Analyses
    deletion: Deletion
    engine_holder: EngineHolder
    intake: ReadsUploads
    decoder_watch: DecoderWatch
    records: Records
    executors: Executors
    notifier: Notifier

    @property
    def stopping(self) -> bool:
        """True once the service is to stop."""
        return self.notifier.closing.is_set()


@asynccontextmanager
async def run_service(settings: Settings, factories: Factories) -> AsyncIterator[Service]:
    """Start everything; on the way out, finish or give back what was begun."""
    require_role(settings, factories.role)
    records = await asyncio.to_thread(
        open_records,
        settings.records,
        settings.data_dir,
        factories.clock,
        factories.elapsed,
        settings.files,
    )
    intake = factories.open_intake()
    try:
        await asyncio.to_thread(_require_confinement, intake)
    except RaioxError:
        intake.close()
        records.close()
        raise
    service, worker = _assemble(settings, factories, records, intake)
    loading = asyncio.create_task(_load(service, worker))
    lines = (("worker", worker.run), ("lost_worker", worker.run_lost))
    works = factories.role is not Role.WEB
    working = [asyncio.create_task(_restarting(name, run)) for name, run in lines if works]
    cleaning = [
        asyncio.create_task(_restarting("sweeper", lambda: _sweep(records, service.executors))),
        asyncio.create_task(_restarting("eraser", lambda: _erase(records, service.executors))),
    ]
    try:
        with _listening(records, service.notifier, worker if works else None):
            yield service
    finally:
        service.notifier.close()
        await worker.stop(*working)
        for task in (loading, *cleaning):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        service.executors.close()
        intake.close()
        records.close()


def _assemble(
    settings: Settings, factories: Factories, records: Records, intake: ReadsUploads
) -> tuple[Service, Worker]:
    database = records.database
    executors = Executors(
        settings.intake.n_decoders,
        database.n_writers,
        database.sharing if database.is_sqlite else None,
    )
    engine_holder = EngineHolder(factories.open_engine)
    notifier = Notifier()
    worker = Worker(
        records=records,
        engine_holder=engine_holder,
        executors=executors,
        notifier=notifier,
        decoded_cache=DecodedCache(),
        settings=settings.records,
        max_batch_size=settings.inference.max_batch_size,
        works=factories.role is not Role.WEB,
    )
    dependencies = Dependencies(
        intake=intake,
        records=records,
        engine_holder=engine_holder,
        executors=executors,
        notifier=notifier,
        worker=worker,
        keep_values=settings.records.keep_values and settings.records.keep_images_h > 0,
    )
    service = Service(
        Analyses(dependencies),
        Deletion(dependencies),
        engine_holder,
        intake,
        DecoderWatch(intake),
        records,
        executors,
        notifier,
    )
    return service, worker


@contextmanager
def _listening(records: Records, notifier: Notifier, worker: Worker | None) -> Iterator[None]:
    """Pass on what other processes notify of; on SQLite there is nothing to hear."""
    if records.database.is_sqlite:
        yield
        return
    loop = asyncio.get_running_loop()

    def look_everywhere() -> None:
        notifier.notify_all()
        if worker:
            worker.wake()

    listener = Listener(
        records.database,
        records.replica,
        on_result=lambda name: _call_soon(loop, lambda: notifier.notify(name)),
        on_work=(lambda: _call_soon(loop, worker.wake)) if worker else None,
        on_gap=lambda: _call_soon(loop, look_everywhere),
    )
    try:
        yield
    finally:
        listener.close()


def _call_soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop was closed meanwhile
        loop.call_soon_threadsafe(call)


async def _load(service: Service, worker: Worker) -> None:
    await asyncio.to_thread(service.engine_holder.load)
    worker.wake()
    await asyncio.to_thread(_report_weaknesses, service.intake)


def _require_confinement(intake: ReadsUploads) -> None:
    """Raises: SandboxTooWeakError."""
    with suppress(InternalError):  # no decoder yet: readiness says it
        intake.require_confinement()


def _report_weaknesses(intake: ReadsUploads) -> None:
    with suppress(RaioxError):  # readiness says it
        breaches, missing = intake.weaknesses()
        if breaches:
            structlog.get_logger().error("sandbox_weak", breaches=breaches, missing=missing)
        elif missing:
            structlog.get_logger().info("sandbox_layers_missing", missing=missing)


async def _sweep(records: Records, executors: Executors) -> None:
    while True:
        with suppress(RecordsError):  # the next sweep tries again
            await executors.write(records.sweep_rows)
            # To look at every file takes long where there are many, and nobody who writes waits for it.
            await executors.read(records.retention.sweep_files)
        await asyncio.sleep(SWEEP_EVERY_S)


async def _erase(records: Records, executors: Executors) -> None:
    """Erase what is owed as soon as the last reader is gone; the next sweep may be far."""
    while True:
        await asyncio.sleep(ERASE_EVERY_S)
        if records.database.erasure_owed:
            with suppress(RecordsError):  # the next try follows soon
                await executors.write(records.database.checkpoint_wal)


async def _restarting(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run until the work ends; a programming error is logged and must not stop the service."""
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001  (logged; the rows' leases run out)
            structlog.get_logger().exception("task_broke", task=name)
            await asyncio.sleep(RESTART_AFTER_S)
        else:
            return
