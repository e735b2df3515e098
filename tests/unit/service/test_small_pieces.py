"""DecodedCache, twins and doorbell."""

import asyncio

import numpy as np
import pytest

from raiox.entities import Radiograph
from raiox.intake.errors import NotAnImageError
from raiox.records.errors import IdempotencyMismatchError
from raiox.records.rows import IdempotencyKey
from raiox.service.decoded_cache import DecodedCache
from raiox.service.errors import IdempotencyInFlightError
from raiox.service.notifier import Notifier, wait_for
from raiox.service.png import pack, unpack
from raiox.service.single_flight import SingleFlight

pytestmark = pytest.mark.anyio

KEY = IdempotencyKey("k", "c")


def radiograph(n_pixels: int) -> Radiograph:
    return Radiograph(np.zeros((1, n_pixels), np.uint8), "0" * 64, "png")


def test_a_handover_forgets_the_oldest_first():
    decoded_cache = DecodedCache(max_bytes=100)
    for name in "abc":
        decoded_cache.give(name, radiograph(40))

    assert decoded_cache.take("a") is None
    assert decoded_cache.take("b") is not None
    assert decoded_cache.take("b") is None


def test_a_radiograph_larger_than_the_memory_is_not_kept():
    decoded_cache = DecodedCache(max_bytes=100)
    decoded_cache.give("a", radiograph(101))

    assert decoded_cache.take("a") is None


def test_arrays_come_back_as_they_were():
    array = np.linspace(-1, 1, 30, dtype=np.float32).reshape(3, 2, 5)

    np.testing.assert_allclose(unpack(pack(array)), array, atol=1e-3)


async def test_twins_share_one_outcome():
    runs = []

    async def work() -> str:
        runs.append(1)
        await asyncio.sleep(0.01)
        return "id"

    twins = SingleFlight()
    outcomes = await asyncio.gather(*(twins.run("ana", KEY, work) for _ in range(10)))

    assert outcomes == ["id"] * 10
    assert len(runs) == 1


async def test_twins_share_a_refusal_and_the_next_may_try_again():
    twins = SingleFlight()

    async def refuse() -> str:
        await asyncio.sleep(0.01)
        raise NotAnImageError

    async def accept() -> str:
        return "id"

    outcomes = await asyncio.gather(
        *(twins.run("ana", KEY, refuse) for _ in range(3)), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes] == [NotAnImageError] * 3
    assert await twins.run("ana", KEY, accept) == "id"


async def test_a_twin_with_other_content_is_refused_at_once():
    twins, go = SingleFlight(), asyncio.Event()

    async def work() -> str:
        await go.wait()
        return "id"

    first = asyncio.create_task(twins.run("ana", KEY, work))
    await asyncio.sleep(0)
    with pytest.raises(IdempotencyMismatchError):
        await twins.run("ana", IdempotencyKey("k", "other"), work)
    go.set()
    assert await first == "id"


async def test_a_twin_does_not_wait_for_ever():
    twins, go = SingleFlight(patience_s=0.01), asyncio.Event()

    async def work() -> str:
        await go.wait()
        return "id"

    first = asyncio.create_task(twins.run("ana", KEY, work))
    await asyncio.sleep(0)
    with pytest.raises(IdempotencyInFlightError):
        await twins.run("ana", KEY, work)
    go.set()
    assert await first == "id"


async def test_a_ring_wakes_everybody_who_listens_and_nobody_else():
    notifier = Notifier()
    with (
        notifier.subscribe("a") as one,
        notifier.subscribe("a") as two,
        notifier.subscribe("b") as other,
    ):
        notifier.notify("a")

        assert [await wait_for(bell, 0.01) for bell in (one, two, other)] == [True, True, False]
    assert notifier._listeners == {}
