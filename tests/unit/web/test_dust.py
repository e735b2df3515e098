"""Bodies of very many very small chunks are refused; who sends them may send no chunks for a while."""

import h11
import pytest
from fakes import FakeClock

from raiox.web.http.dust import FORGET_S, FREE_CHUNKS, DustFilter, DustyAddresses

ADDRESS = "192.0.2.1"
HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
WITH_LENGTH = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"


def receive(dusty, content, address=ADDRESS):
    """The kinds of events that these bytes are to the service. Raises: h11.RemoteProtocolError."""
    connection, kinds = DustFilter(16_384, address, dusty), []
    connection.receive_data(content)
    while not isinstance(event := connection.next_event(), type) and event is not h11.NEED_DATA:
        kinds.append(type(event).__name__)
        if isinstance(event, h11.EndOfMessage):
            break
    return kinds


def refused(dusty, content, address=ADDRESS):
    with pytest.raises(h11.RemoteProtocolError) as refusal:
        receive(dusty, content, address)
    return refusal.value.error_status_hint


@pytest.fixture
def clock():
    return FakeClock(0)


@pytest.fixture
def dusty(clock):
    return DustyAddresses(clock)


def test_dust_is_refused_and_a_few_small_chunks_are_not(dusty):
    few = HEAD + b"1\r\nx\r\n" * FREE_CHUNKS + b"0\r\n\r\n"
    assert receive(dusty, few)[-1] == "EndOfMessage"

    assert refused(dusty, HEAD + b"1\r\nx\r\n" * (FREE_CHUNKS + 2)) == 400


def test_who_sent_dust_may_send_no_chunks_but_bodies_with_a_length(dusty):
    refused(dusty, HEAD + b"1\r\nx\r\n" * 200)

    assert refused(dusty, HEAD) == 411
    assert receive(dusty, WITH_LENGTH)[-1] == "EndOfMessage"
    assert receive(dusty, HEAD + b"0\r\n\r\n", "192.0.2.2")[-1] == "EndOfMessage"


def test_after_a_minute_it_is_forgotten(dusty, clock):
    refused(dusty, HEAD + b"1\r\nx\r\n" * 200)
    clock.pass_s(FORGET_S)

    assert receive(dusty, HEAD + b"0\r\n\r\n")[-1] == "EndOfMessage"


def test_nobody_else_pays_for_what_comes_through_a_proxy(dusty):
    """The connection of a trusted proxy carries everybody's requests."""
    assert refused(dusty, HEAD + b"1\r\nx\r\n" * 200, address="") == 400

    assert receive(dusty, HEAD + b"0\r\n\r\n", address="")[-1] == "EndOfMessage"
