"""The worker turns every claim into a result or a reason."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeClock, FakeEngine, result_of
from migrated import with_tables

from raiox.bundle.errors import BundleMissingError
from raiox.entities import Radiograph
from raiox.inference.engine_process import EngineProcess
from raiox.inference.errors import ModelUnavailableError
from raiox.records.errors import RecordsUnavailableError
from raiox.records.rows import NewAnalysis
from raiox.records.store import Records, open_records
from raiox.service.decoded_cache import DecodedCache
from raiox.service.engine_holder import EngineHolder
from raiox.service.executors import Executors
from raiox.service.notifier import Notifier
from raiox.service.png import to_png
from raiox.service.stored_maps import StoredMaps
from raiox.service.worker import Worker
from raiox.settings import FilesSettings, RecordsSettings

pytestmark = pytest.mark.anyio

SHA = "0" * 64
SETTINGS = RecordsSettings(lease_s=30, max_attempts=2, max_queued_s=600)


class WorkerFixture:
    """A worker with everything around it."""

    def __init__(
        self, folder: Path, open_engine, settings: RecordsSettings, elapsed=None, *, maps=False
    ) -> None:
        self.clock = FakeClock()
        self.records = open_records(
            settings,
            with_tables(folder),
            self.clock,
            elapsed or self.clock,
            FilesSettings(maps=maps),
        )
        self.executors = Executors(1)
        self.engine_holder = EngineHolder(open_engine)
        self.engine_holder.load()
        self._settings = settings
        self.worker = self.worker_with(self.records)

    def worker_with(self, records: Records) -> Worker:
        return Worker(
            records=records,
            engine_holder=self.engine_holder,
            executors=self.executors,
            notifier=Notifier(),
            decoded_cache=DecodedCache(),
            settings=self._settings,
            max_batch_size=4,
        )

    def send(self, name: str, mean: int = 100) -> None:
        self.records.files.put(name, SHA, to_png(np.full((40, 40), mean, np.uint8)))
        self.records.queue.enqueue(NewAnalysis(name, "ana", SHA, "png", (), 40, 40))

    async def work_off(self) -> None:
        """Until nothing waits: on PostgreSQL a worker leaves half of it to others."""
        while await self.worker.process_batch():
            pass

    def outcome_of(self, name: str) -> tuple[str, str | None]:
        stored = self.records.history.get(name, "ana")
        return str(stored.state), (stored.result.error and stored.result.error.code)


@pytest.fixture
def build(tmp_path, database_url):
    fixtures = []

    def built(engine=None, settings=SETTINGS, open_engine=None, **more) -> WorkerFixture:
        settings = settings.model_copy(update={"database_url": database_url})
        fixtures.append(WorkerFixture(tmp_path, open_engine or (lambda: engine), settings, **more))
        return fixtures[-1]

    yield built
    for fixture in fixtures:
        fixture.executors.close()
        fixture.records.close()


class BreaksOnBright:
    """Refuses whole batches for one bad image, as a careless engine would."""

    models = FakeEngine().models

    def predict(self, radiographs):
        if any(radiograph.pixels.mean() > 150 for radiograph in radiographs):
            raise FloatingPointError
        return [result_of(radiograph) for radiograph in radiographs]


async def test_one_bad_image_does_not_harm_its_batch(build):
    fixture = build(BreaksOnBright())
    for name, mean in (("a", 50), ("b", 180), ("c", 60)):
        fixture.send(name, mean)

    await fixture.work_off()

    outcomes = [fixture.outcome_of(name) for name in "abc"]
    assert outcomes == [("done", None), ("failed", "internal_error"), ("done", None)]


async def test_maps_are_in_files_before_their_rows_name_them(build, tmp_path):
    fixture = build(FakeEngine(), maps=True)
    for name, mean in (("a", 50), ("no_radiograph", 220), ("c", 60)):
        fixture.send(name, mean)
    await fixture.work_off()

    stored = [fixture.records.maps.read(name, "ana") for name in ("a", "no_radiograph", "c")]
    maps = StoredMaps.unpack(stored[0], 3)
    assert maps.findings.shape == (3, 7, 7)
    assert maps.lungs is not None
    assert (stored[1], stored[2]) == (None, stored[0])
    assert len(list((tmp_path / "images").glob("*.npy"))) == 2


class StoreIsAway:
    """The maps of records whose store answers nothing."""

    in_files = True

    def put(self, claim, end):
        raise RecordsUnavailableError(retry_after_s=5)


async def test_without_the_store_of_its_maps_an_analysis_is_done_again_later(build):
    fixture = build(FakeEngine(), maps=True)
    fixture.send("a")
    worker = fixture.worker_with(replace(fixture.records, maps=StoreIsAway()))
    with pytest.raises(RecordsUnavailableError):
        await worker.process_batch()
    meanwhile = fixture.outcome_of("a")
    fixture.clock.pass_s(31)
    await fixture.worker.process_lost()

    assert meanwhile == ("running", None)
    assert fixture.outcome_of("a") == ("done", None)
    assert fixture.records.maps.read("a", "ana") is not None


async def lose(fixture, n: int) -> None:
    """Let so many workers claim what waits and go away."""
    fixture.records.queue.claim(1)
    for _ in range(n - 1):
        fixture.clock.pass_s(31)
        fixture.records.queue.claim_lost()
    fixture.clock.pass_s(31)


class DiesOnBright:
    """Takes its process with it for one image, as a broken runtime would."""

    models = FakeEngine().models

    def predict(self, radiographs):
        if any(radiograph.pixels.mean() > 150 for radiograph in radiographs):
            os.kill(os.getpid(), signal.SIGKILL)
        return [result_of(radiograph) for radiograph in radiographs]


async def test_only_what_ends_the_process_of_the_engine_alone_fails(build):
    engine = EngineProcess(DiesOnBright)
    fixture = build(engine)
    for name, mean in (("innocent", 90), ("guilty", 180), ("other", 60)):
        fixture.send(name, mean)

    await fixture.work_off()
    engine.close()

    assert [fixture.outcome_of(name) for name in ("innocent", "guilty", "other")] == [
        ("done", None),
        ("failed", "analysis_poisoned"),
        ("done", None),
    ]


async def test_however_often_its_worker_was_lost_an_analysis_is_not_to_blame(build):
    fixture = build(FakeEngine())
    fixture.send("a")
    await lose(fixture, 15)

    assert await fixture.worker.process_lost()

    assert fixture.outcome_of("a") == ("done", None)


class GoesAway(FakeEngine):
    """Dies, and cannot be started again."""

    def predict(self, radiographs):
        raise ModelUnavailableError(reason="engine_crashed")


async def test_without_an_engine_what_was_claimed_waits_again(build):
    fixture = build(GoesAway())
    fixture.send("a")

    assert await fixture.worker.process_batch() is False

    assert fixture.outcome_of("a") == ("queued", None)


async def test_a_step_of_the_clock_expires_nothing(build):
    fixture = build(FakeEngine(), elapsed=FakeClock(0))
    fixture.send("a")
    fixture.clock.pass_s(24 * 3_600)

    await fixture.worker.process_batch()

    assert fixture.outcome_of("a") == ("done", None)


async def test_what_waited_too_long_is_not_run(build):
    engine = FakeEngine()
    fixture = build(engine)
    fixture.send("a")
    fixture.clock.pass_s(601)

    await fixture.worker.process_batch()

    assert fixture.outcome_of("a") == ("failed", "analysis_expired")
    assert engine.batches == []


async def test_a_lost_image_is_a_reason(build):
    fixture = build(FakeEngine())
    fixture.send("a")
    fixture.records.files.remove("a", SHA)

    await fixture.worker.process_batch()

    assert fixture.outcome_of("a") == ("failed", "image_not_kept")


async def test_claims_nothing_without_a_model(build):
    def refuse():
        raise BundleMissingError(bundle="x")

    fixture = build(open_engine=refuse)
    fixture.send("a")

    assert await fixture.worker.process_batch() is False
    assert fixture.outcome_of("a") == ("queued", None)


async def test_a_worker_that_must_stop_gives_its_leases_back(build, monkeypatch):
    monkeypatch.setattr("raiox.service.worker.STOP_GRACE_S", 0.1)
    engine = FakeEngine()
    engine.go.clear()
    fixture = build(engine)
    fixture.send("a")
    running = asyncio.create_task(fixture.worker.run())
    while not engine.batches:  # noqa: ASYNC110  (set by another thread)
        await asyncio.sleep(0.01)

    await fixture.worker.stop(running)

    assert [claim.id for claim in fixture.records.queue.claim(1)] == ["a"]
    engine.go.set()


async def test_a_long_batch_keeps_its_lease(build):
    engine = FakeEngine()
    engine.go.clear()
    fixture = build(engine, RecordsSettings(lease_s=0.15))
    fixture.send("a")
    turn = asyncio.create_task(fixture.worker.process_batch())
    while not engine.batches:  # noqa: ASYNC110  (set by another thread)
        await asyncio.sleep(0.01)
    for _ in range(6):
        fixture.clock.pass_s(0.08)
        await asyncio.sleep(0.08)
        assert fixture.records.queue.claim(1) == []
    engine.go.set()
    await turn

    assert fixture.outcome_of("a") == ("done", None)


def upload(name: str) -> tuple[NewAnalysis, Radiograph]:
    pixels = np.full((40, 40), 100, np.uint8)
    return NewAnalysis(name, "ana", SHA, "png", (), 40, 40), Radiograph(pixels, SHA, "png", ())


async def finished(fixture: WorkerFixture, name: str) -> tuple[str, str | None]:
    for _ in range(500):
        if fixture.outcome_of(name)[0] in ("done", "failed"):
            break
        await asyncio.sleep(0.01)
    return fixture.outcome_of(name)


async def test_a_prediction_begins_before_its_row_is_committed_and_is_stored_after(build):
    engine = FakeEngine()
    fixture = build(engine)
    new, radiograph = upload("a")

    assert fixture.worker.expect("a", radiograph)
    while not engine.batches:  # noqa: ASYNC110  (set by another thread)
        await asyncio.sleep(0.01)
    accepted = fixture.records.queue.enqueue(new, lease=True)
    assert fixture.outcome_of("a") == ("running", None)
    fixture.worker.take(accepted.claim)

    assert await finished(fixture, "a") == ("done", None)
    assert engine.batches == [1]


async def test_a_busy_worker_begins_nothing_early_and_finds_the_pixels_later(build):
    engine = FakeEngine()
    engine.go.clear()
    fixture = build(engine)
    (first, radiograph), (second, other) = upload("a"), upload("b")
    assert fixture.worker.expect("a", radiograph)

    assert not fixture.worker.expect("b", other)
    for new in (first, second):
        fixture.records.queue.enqueue(new)
    engine.go.set()
    await fixture.work_off()

    assert [fixture.outcome_of(name) for name in "ab"] == [("done", None)] * 2
    assert engine.batches == [1, 1]


async def test_what_was_not_accepted_leaves_no_result(build):
    fixture = build(FakeEngine())
    _, radiograph = upload("a")
    fixture.worker.expect("a", radiograph)

    fixture.worker.forget("a")

    assert await fixture.worker.process_batch() is False
