"""Who sends slowly makes room; who sends promptly gets in, whatever others do."""

import asyncio
from contextlib import ExitStack

import pytest

from raiox.web.errors import RequestTooSlowError, ServiceBusyError
from raiox.web.http import receipts as module
from raiox.web.http.receipts import Receipts


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(module, "RUSHED_AFTER_S", 0.05)
    monkeypatch.setattr(module, "PATIENCE_S", 0.2)


async def trickle(receipts, address, seconds=5):
    with receipts.receive(address, seconds) as receipt:
        receipt.count(1)
        async with receipt.waiting():
            await asyncio.sleep(seconds)


def test_the_slowest_makes_room_for_a_newcomer():
    async def evicted():
        receipts = Receipts(max_receipts=4)
        slow = [asyncio.create_task(trickle(receipts, "one")) for _ in range(4)]
        await asyncio.sleep(0.1)
        with receipts.receive("other", 5):
            done, _ = await asyncio.wait(slow, return_when=asyncio.FIRST_COMPLETED)
        errors = [task.exception() for task in done]
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        return errors, receipts.n_evicted

    errors, n_evicted = asyncio.run(evicted())

    assert n_evicted == 1
    assert isinstance(errors[0], RequestTooSlowError)


def test_nobody_who_sends_promptly_is_put_out():
    async def refused():
        receipts = Receipts(max_receipts=2)
        with ExitStack() as stack:
            for _ in range(2):
                stack.enter_context(receipts.receive("one", 5)).count(100_000)
            await asyncio.sleep(0.1)
            with pytest.raises(ServiceBusyError), receipts.receive("other", 5):
                pass
        return receipts.n_evicted

    assert asyncio.run(refused()) == 0


def test_bytes_are_bounded_and_given_back():
    async def held():
        receipts = Receipts(max_bytes=100)
        with receipts.receive("one", 5) as receipt:
            receipt.count(80)
            with pytest.raises(ServiceBusyError), receipts.receive("other", 5) as other:
                other.count(30)
            receipt.count(-80)
            receipt.count(100)
        return receipts.n_bytes

    assert asyncio.run(held()) == 0


def test_a_body_below_the_least_rate_is_too_slow():
    async def took_s():
        loop = asyncio.get_running_loop()
        started = loop.time()
        with pytest.raises(RequestTooSlowError):
            await trickle(Receipts(), "one", 5)
        return loop.time() - started

    assert asyncio.run(took_s()) < 1


def test_working_on_a_file_does_not_count_as_sending_slowly():
    async def evicted():
        receipts = Receipts(max_receipts=1)
        with receipts.receive("one", 5) as receipt, receipt.used():
            await asyncio.sleep(0.1)
            with pytest.raises(ServiceBusyError), receipts.receive("other", 5):
                pass
        return receipts.n_evicted

    assert asyncio.run(evicted()) == 0
