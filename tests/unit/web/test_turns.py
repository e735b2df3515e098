"""Turns are shared fairly, by what each caller's work cost."""

import asyncio
import time

import pytest
from fakes import FakeClock

from raiox.web.caller import Caller
from raiox.web.errors import ServiceBusyError
from raiox.web.turns import MAX_WAITING_PER_ADDRESS, FairTurns

ANA, BIA = Caller("ana", "192.0.2.1"), Caller("bia", "192.0.2.2")
SLOW_S = 5.0


async def work(turns, clock, caller, cost_s):
    async with turns.turn(caller):
        clock.pass_s(cost_s)


async def wait_till(turns, n):
    while turns.n_waiting < n:  # noqa: ASYNC110  (nobody notifies)
        await asyncio.sleep(0)


def turns_of(n, *, n_slow=1, wait_s=1_000.0):
    clock = FakeClock(0)
    return FairTurns(n, n_slow=n_slow, wait_s=wait_s, clock=clock), clock


async def hold(turns, caller, until):
    async with turns.turn(caller):
        await until.wait()


def test_a_crowd_of_one_caller_does_not_keep_another_waiting_behind_it():
    async def order():
        turns, clock = turns_of(1)
        await work(turns, clock, ANA, 0.1)
        await work(turns, clock, BIA, 0.1)
        served, until = [], asyncio.Event()
        holder = asyncio.create_task(hold(turns, ANA, until))
        await asyncio.sleep(0)

        async def come(caller):
            async with turns.turn(caller):
                served.append(caller.owner)

        crowd = [asyncio.create_task(come(ANA)) for _ in range(10)]
        await wait_till(turns, 10)
        late = asyncio.create_task(come(BIA))
        await wait_till(turns, 11)
        until.set()
        await asyncio.gather(holder, late, *crowd)
        return served

    assert asyncio.run(order()).index("bia") == 0


def test_slow_callers_together_leave_places_for_others():
    async def other_waits_s():
        turns, clock = turns_of(3, n_slow=1)
        await work(turns, clock, ANA, SLOW_S)
        until = asyncio.Event()
        slow = [asyncio.create_task(hold(turns, ANA, until)) for _ in range(8)]
        await wait_till(turns, 7)
        started = time.perf_counter()
        await work(turns, clock, BIA, 0.1)
        waited_s = time.perf_counter() - started
        until.set()
        await asyncio.gather(*slow)
        return waited_s

    assert asyncio.run(other_waits_s()) < 1


def test_dropping_the_cookie_does_not_make_an_address_quick_again():
    async def n_waiting():
        turns, clock = turns_of(4, n_slow=1)
        await work(turns, clock, ANA, SLOW_S)
        until = asyncio.Event()
        strangers = [Caller(f"new {n}", ANA.address) for n in range(4)]
        held = [asyncio.create_task(hold(turns, one, until)) for one in strangers]
        await wait_till(turns, 3)
        found = turns.n_waiting
        until.set()
        await asyncio.gather(*held)
        return found

    assert asyncio.run(n_waiting()) == 3


def test_a_newcomer_has_one_turn_until_it_is_known_how_long_it_takes():
    async def n_waiting():
        turns, _ = turns_of(4)
        until = asyncio.Event()
        held = [asyncio.create_task(hold(turns, BIA, until)) for _ in range(4)]
        await wait_till(turns, 3)
        found = turns.n_waiting
        until.set()
        await asyncio.gather(*held)
        return found

    assert asyncio.run(n_waiting()) == 3


def test_who_waits_too_long_learns_when_to_come_back():
    async def refused():
        turns, _ = turns_of(1, wait_s=0.05)
        until = asyncio.Event()
        holder = asyncio.create_task(hold(turns, ANA, until))
        await asyncio.sleep(0)
        with pytest.raises(ServiceBusyError) as error:
            await hold(turns, BIA, until)
        until.set()
        await holder
        await hold(turns, BIA, until)
        return error.value.facts

    assert asyncio.run(refused()) == {"retry_after_s": 1}


def test_a_crowd_that_waits_is_bounded():
    async def refused():
        turns, _ = turns_of(1)
        until = asyncio.Event()
        crowd = [asyncio.create_task(hold(turns, ANA, until)) for _ in range(100)]
        await asyncio.sleep(0.05)
        until.set()
        done = await asyncio.gather(*crowd, return_exceptions=True)
        return sum(isinstance(one, ServiceBusyError) for one in done)

    assert asyncio.run(refused()) == 100 - 1 - MAX_WAITING_PER_ADDRESS


def test_who_leaves_while_waiting_gives_the_place_back():
    async def served():
        turns, clock = turns_of(1)
        until = asyncio.Event()
        holder = asyncio.create_task(hold(turns, ANA, until))
        await asyncio.sleep(0)
        gone = asyncio.create_task(hold(turns, BIA, until))
        await wait_till(turns, 1)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        until.set()
        await holder
        await work(turns, clock, BIA, 0.1)
        return turns.n_waiting

    assert asyncio.run(served()) == 0


def test_who_would_wait_too_long_is_refused_at_once():
    async def took_s():
        turns, clock = turns_of(1, wait_s=5.0)
        await work(turns, clock, ANA, 0.9)
        until = asyncio.Event()
        held = [asyncio.create_task(hold(turns, ANA, until)) for _ in range(4)]
        await wait_till(turns, 3)
        started = time.perf_counter()
        with pytest.raises(ServiceBusyError):
            await hold(turns, ANA, until)
        took_s = time.perf_counter() - started
        await asyncio.sleep(0)
        until.set()
        await asyncio.gather(*held)
        return took_s

    assert asyncio.run(took_s()) < 1


def test_nobody_overtakes_the_crowd_of_its_own_session():
    async def order():
        turns, clock = turns_of(2)
        await work(turns, clock, ANA, 1.0)
        served, until = [], asyncio.Event()
        holders = [asyncio.create_task(hold(turns, ANA, until)) for _ in range(2)]

        async def come(number):
            async with turns.turn(ANA):
                served.append(number)

        crowd = [asyncio.create_task(come(number)) for number in range(10)]
        await wait_till(turns, 10)
        until.set()
        await asyncio.gather(*holders)
        while len(served) < 8:
            crowd.append(asyncio.create_task(come(len(crowd))))
            await asyncio.sleep(0)
        await asyncio.gather(*crowd)
        return served

    served = asyncio.run(order())

    assert served == sorted(served)
