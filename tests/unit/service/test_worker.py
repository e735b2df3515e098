"""The worker turns every claim into a result or a reason."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeClock, FakeEngine, reading_of

from raiox.bundle.errors import BundleMissingError
from raiox.records.rows import NewAnalysis
from raiox.records.store import open_records
from raiox.service.decoded_cache import DecodedCache
from raiox.service.engine_holder import EngineHolder
from raiox.service.executors import Executors
from raiox.service.notifier import Notifier
from raiox.service.png import from_png, to_png
from raiox.service.worker import Worker
from raiox.settings import RecordsSettings

pytestmark = pytest.mark.anyio

SHA = "0" * 64
SETTINGS = RecordsSettings(lease_s=30, max_attempts=2, max_queued_s=600)


class House:
    """A worker with everything around it."""

    def __init__(self, folder: Path, engine, settings: RecordsSettings = SETTINGS) -> None:
        self.clock = FakeClock()
        self.records = open_records(settings, folder, self.clock)
        self.executors = Executors(1)
        self.models = EngineHolder(lambda: engine)
        self.models.load()
        self.worker = Worker(
            records=self.records,
            models=self.models,
            executors=self.executors,
            notifier=Notifier(),
            decoded_cache=DecodedCache(),
            settings=settings,
            max_batch_size=4,
            clock=self.clock,
        )

    def send(self, name: str, mean: int = 100) -> None:
        self.records.files.put(name, SHA, to_png(np.full((40, 40), mean, np.uint8)))
        self.records.queue.enqueue(NewAnalysis(name, "ana", SHA, "png", (), 40, 40))

    def told(self, name: str) -> tuple[str, str | None]:
        stored = self.records.history.get(name, "ana")
        return str(stored.state), stored.body.get("error", {}).get("code")


@pytest.fixture
def build(tmp_path):
    houses = []

    def built(engine, settings=SETTINGS) -> House:
        houses.append(House(tmp_path, engine, settings))
        return houses[-1]

    yield built
    for house in houses:
        house.executors.close()
        house.records.close()


class BreaksOnBright:
    """Refuses whole batches for one bad image, as a careless engine would."""

    models = FakeEngine().models

    def predict(self, radiographs):
        if any(radiograph.pixels.mean() > 150 for radiograph in radiographs):
            raise FloatingPointError
        return [reading_of(radiograph) for radiograph in radiographs]


async def test_one_bad_image_does_not_harm_its_batch(build):
    house = build(BreaksOnBright())
    for name, mean in (("a", 50), ("b", 180), ("c", 60)):
        house.send(name, mean)

    await house.worker.process_batch()

    told = [house.told(name) for name in "abc"]
    assert told == [("done", None), ("failed", "internal_error"), ("done", None)]


async def test_what_broke_every_worker_fails_as_poisoned_without_another_try(build):
    engine = FakeEngine()
    house = build(engine)
    house.send("a")
    for _ in range(2):
        house.records.queue.claim(1)
        house.clock.pass_s(31)

    await house.worker.process_batch()

    assert house.told("a") == ("failed", "analysis_poisoned")
    assert engine.batches == []


async def test_what_waited_too_long_is_not_run(build):
    engine = FakeEngine()
    house = build(engine)
    house.send("a")
    house.clock.pass_s(601)

    await house.worker.process_batch()

    assert house.told("a") == ("failed", "analysis_expired")
    assert engine.batches == []


async def test_a_lost_image_is_a_reason(build):
    house = build(FakeEngine())
    house.send("a")
    house.records.files.remove("a", SHA)

    await house.worker.process_batch()

    assert house.told("a") == ("failed", "image_not_kept")


async def test_claims_nothing_without_a_model(build):
    def refuse():
        raise BundleMissingError(bundle="x")

    house = build(FakeEngine())
    house.models._engine = None
    house.models._open_engine = refuse
    house.models.load()
    house.send("a")

    assert await house.worker.process_batch() is False
    assert house.told("a") == ("queued", None)


async def test_a_worker_that_must_stop_gives_its_leases_back(build, monkeypatch):
    monkeypatch.setattr("raiox.service.worker.STOP_GRACE_S", 0.1)
    engine = FakeEngine()
    engine.go.clear()
    house = build(engine)
    house.send("a")
    running = asyncio.create_task(house.worker.run())
    while not engine.batches:  # noqa: ASYNC110  (set by another thread)
        await asyncio.sleep(0.01)

    await house.worker.stop(running)

    assert [claim.id for claim in house.records.queue.claim(1)] == ["a"]
    engine.go.set()


async def test_a_long_batch_keeps_its_lease(build):
    engine = FakeEngine()
    engine.go.clear()
    house = build(engine, RecordsSettings(lease_s=0.15))
    house.send("a")
    turn = asyncio.create_task(house.worker.process_batch())
    while not engine.batches:  # noqa: ASYNC110  (set by another thread)
        await asyncio.sleep(0.01)
    for _ in range(6):
        house.clock.pass_s(0.08)
        await asyncio.sleep(0.08)
        assert house.records.queue.claim(1) == []
    engine.go.set()
    await turn

    assert house.told("a") == ("done", None)


def test_pixels_come_back_exactly():
    pixels = np.random.default_rng(0).integers(0, 256, (33, 57), np.uint8)

    back = from_png(to_png(pixels), sha256=SHA, source_format="png", notes=("x",))

    np.testing.assert_array_equal(back.pixels, pixels)
    assert back.pixels.flags["C_CONTIGUOUS"]
