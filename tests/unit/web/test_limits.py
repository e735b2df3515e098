"""Buckets refill evenly; the gate counts what is held."""

import pytest
from fakes import FakeClock

from raiox.records.errors import QueueFullError
from raiox.web import rate_limits as limits
from raiox.web.errors import TooManyRequestsError
from raiox.web.rate_limits import TokenBuckets, UploadGate


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


def test_the_gate_lets_so_many_in_and_opens_again():
    gate = UploadGate(max_uploads=1)
    with gate.upload(), pytest.raises(QueueFullError), gate.upload():
        pass
    with gate.upload():
        pass


def test_the_gate_counts_bytes_and_forgets_them():
    gate = UploadGate(max_bytes=100)
    with gate.upload() as count:
        count(80)
        with pytest.raises(QueueFullError):
            count(30)
    with gate.upload() as count:
        count(100)
