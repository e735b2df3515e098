"""Buckets refill evenly; the queue's places are counted before an upload comes in."""

import asyncio
import time

import pytest
from fakes import FakeClock
from starlette.requests import HTTPConnection

from raiox.records.errors import QueueFullError, RecordsUnavailableError, StorageQuotaError
from raiox.settings import WebSettings
from raiox.web import rate_limits as limits
from raiox.web.admission import FULL_FOR_S, LOOK_EVERY_S, Admission
from raiox.web.caller import network_of
from raiox.web.errors import TooManyRequestsError
from raiox.web.rate_limits import RateLimits, TokenBuckets


def test_a_bucket_refills_evenly():
    clock = FakeClock(0)
    buckets = TokenBuckets(2, 60, clock)
    buckets.take("ana")
    buckets.take("ana")
    with pytest.raises(TooManyRequestsError) as refused:
        buckets.take("ana")
    clock.pass_s(30)
    buckets.take("ana")

    assert refused.value.facts == {"retry_after_s": 30}


def test_names_do_not_share_a_bucket():
    buckets = TokenBuckets(1, 60, FakeClock(0))
    buckets.take("ana")
    buckets.take("bia")

    with pytest.raises(TooManyRequestsError):
        buckets.take("bia")


def test_names_without_end_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(limits, "MAX_NAMES", 10)
    buckets = TokenBuckets(1, 60, FakeClock(0))
    for number in range(50):
        buckets.take(str(number))

    assert len(buckets._buckets) == 10


def test_an_answer_says_how_many_uploads_are_left():
    clock = FakeClock(0)
    rates = RateLimits(WebSettings(analyses_per_minute=6, analyses_per_day=100), clock)
    request = HTTPConnection({"type": "http", "client": ("192.0.2.1", 1), "state": {}})
    rates.count_upload("ana", request)
    headers = request.state.rate_limit_headers()

    assert headers["RateLimit-Policy"].startswith('"minute";q=6;w=60, "day";q=100;w=86400')
    assert headers["RateLimit"].startswith('"minute";r=5;t=10, "day";r=99;')


def test_an_address_stores_no_more_in_a_day_than_its_quota():
    clock = FakeClock(0)
    rates = RateLimits(WebSettings(), clock, max_megapixels=1)
    request = HTTPConnection({"type": "http", "client": ("192.0.2.1", 1), "state": {}})
    rates.count_upload("ana", request)
    rates.count_stored(request, 32_000_000)
    with pytest.raises(StorageQuotaError):
        rates.count_upload("bia", request)
    clock.pass_s(3 * 86_400)
    rates.count_upload("bia", request)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("unknown", "unknown", True),
    ],
)
def test_the_addresses_of_one_subscriber_count_as_one(one, other, same):
    assert (network_of(one) == network_of(other)) is same


async def queued(n):
    return n


def test_uploads_on_their_way_take_places_of_the_queue():
    clock = FakeClock(0)
    admission = Admission(max_queued=10, clock=clock)
    asyncio.run(admission.look(lambda: queued(8)))
    with admission.admit(), admission.admit(), pytest.raises(QueueFullError), admission.admit():
        pass
    with admission.admit():
        pass


def test_what_was_accepted_since_the_last_look_takes_places_too():
    clock = FakeClock(0)
    admission = Admission(max_queued=10, clock=clock)
    asyncio.run(admission.look(lambda: queued(8)))
    for _ in range(2):
        with admission.admit():
            admission.count_waiting()

    with pytest.raises(QueueFullError):
        admission.require_place()
    clock.pass_s(FULL_FOR_S)
    asyncio.run(admission.look(lambda: queued(9)))
    admission.require_place()


@pytest.mark.anyio
async def test_a_full_queue_refuses_at_once_however_slow_the_records_are():
    clock, answered = FakeClock(0), asyncio.Event()

    async def slowly():
        await answered.wait()
        return 0

    admission = Admission(max_queued=1, clock=clock)
    await admission.look(lambda: queued(1))
    clock.pass_s(LOOK_EVERY_S)
    started = time.monotonic()
    await admission.look(slowly)
    took_s = time.monotonic() - started
    with pytest.raises(QueueFullError):
        admission.require_place()
    answered.set()
    clock.pass_s(FULL_FOR_S)
    await admission.look(slowly)
    admission.require_place()

    assert took_s < 1


@pytest.mark.anyio
async def test_a_queue_that_was_full_a_moment_ago_makes_nobody_wait_for_a_look():
    clock, answered = FakeClock(0), asyncio.Event()

    async def slowly():
        await answered.wait()
        return 1

    admission = Admission(max_queued=1, clock=clock)
    await admission.look(lambda: queued(1))
    clock.pass_s(LOOK_EVERY_S)
    looks = [asyncio.ensure_future(admission.look(slowly)) for _ in range(100)]
    await asyncio.sleep(0)

    assert all(look.done() for look in looks)
    answered.set()


@pytest.mark.anyio
async def test_records_in_trouble_are_no_full_queue():
    async def in_trouble():
        raise RecordsUnavailableError(retry_after_s=1)

    admission = Admission(max_queued=1, clock=FakeClock(0))
    await admission.look(in_trouble)
    admission.require_place()

    assert admission.n_refused == 0


def test_the_queue_is_looked_at_again_after_a_moment():
    clock = FakeClock(0)
    admission = Admission(max_queued=1, clock=clock)
    asyncio.run(admission.look(lambda: queued(1)))
    asyncio.run(admission.look(lambda: queued(0)))
    with pytest.raises(QueueFullError), admission.admit():
        pass
    clock.pass_s(FULL_FOR_S)
    asyncio.run(admission.look(lambda: queued(0)))
    with admission.admit():
        pass
