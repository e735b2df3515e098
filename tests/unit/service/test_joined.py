"""One run is enough for all who wanted it before it began; who comes later gets another."""

import asyncio

import pytest

from raiox.service.joined import Joined

pytestmark = pytest.mark.anyio


async def test_who_comes_before_a_run_shares_it_and_who_comes_during_it_gets_the_next():
    begun, may_end, n_runs = asyncio.Event(), asyncio.Event(), 0

    async def work():
        nonlocal n_runs
        n_runs += 1
        begun.set()
        await may_end.wait()

    joined = Joined(work)
    first = [asyncio.create_task(joined.run()) for _ in range(5)]
    await begun.wait()
    later = [asyncio.create_task(joined.run()) for _ in range(5)]
    await asyncio.sleep(0)
    n_during = n_runs
    may_end.set()
    await asyncio.gather(*first, *later)

    assert (n_during, n_runs) == (1, 2)


async def test_a_failure_reaches_all_who_shared_it_and_nobody_after():
    fails = True

    async def work():
        if fails:
            raise OSError

    joined = Joined(work)
    failed = await asyncio.gather(joined.run(), joined.run(), return_exceptions=True)
    fails = False
    await joined.run()

    assert [type(one) for one in failed] == [OSError, OSError]
