"""Of equal requests that arrive together, one runs and all get its outcome."""

import asyncio

import pytest

from raiox.intake.errors import NotAnImageError
from raiox.records.errors import IdempotencyMismatchError
from raiox.records.rows import IdempotencyKey
from raiox.service.errors import IdempotencyInFlightError
from raiox.service.single_flight import SingleFlight

pytestmark = pytest.mark.anyio

KEY = IdempotencyKey("k", "c")


async def test_equal_requests_share_one_outcome():
    runs = []

    async def work() -> str:
        runs.append(1)
        await asyncio.sleep(0.01)
        return "id"

    flights = SingleFlight()
    outcomes = await asyncio.gather(*(flights.run("ana", KEY, work) for _ in range(10)))

    assert outcomes == ["id"] * 10
    assert len(runs) == 1


async def test_equal_requests_share_a_refusal_and_the_next_may_try_again():
    flights = SingleFlight()

    async def refuse() -> str:
        await asyncio.sleep(0.01)
        raise NotAnImageError

    async def accept() -> str:
        return "id"

    outcomes = await asyncio.gather(
        *(flights.run("ana", KEY, refuse) for _ in range(3)), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes] == [NotAnImageError] * 3
    assert await flights.run("ana", KEY, accept) == "id"


async def test_the_same_key_with_other_content_is_refused_at_once():
    flights, go = SingleFlight(), asyncio.Event()

    async def work() -> str:
        await go.wait()
        return "id"

    first = asyncio.create_task(flights.run("ana", KEY, work))
    await asyncio.sleep(0)
    with pytest.raises(IdempotencyMismatchError):
        await flights.run("ana", IdempotencyKey("k", "other"), work)
    go.set()
    assert await first == "id"


async def test_an_equal_request_does_not_wait_for_ever():
    flights, go = SingleFlight(wait_s=0.01), asyncio.Event()

    async def work() -> str:
        await go.wait()
        return "id"

    first = asyncio.create_task(flights.run("ana", KEY, work))
    await asyncio.sleep(0)
    with pytest.raises(IdempotencyInFlightError):
        await flights.run("ana", KEY, work)
    go.set()
    assert await first == "id"
