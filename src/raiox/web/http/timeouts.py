"""Deadlines that uvicorn lacks: for the head of a request, its body, and reading the answer.

A connection that sends too slowly is closed, so idle clients cannot hold the service
(slowloris); one that sends its body as dust is refused (`dust.py`). Refusals made here, before
any app, are problem documents too. And a refused upload is drained for a moment before
closing, because a reset would take the refusal from the client before it was read.
Source: uvicorn issue 157; RFC 9112, section 9.6 ("Tear-down").
"""

import asyncio
import sys
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from raiox.settings import WebSettings
from raiox.web.caller import network_of
from raiox.web.errors import ProtocolError
from raiox.web.http.connections import Connections
from raiox.web.http.dust import DustFilter, DustyAddresses
from raiox.web.http.language import DEFAULT
from raiox.web.http.middleware import PRIVATE, SECURITY_HEADERS, new_request_id
from raiox.web.http.problems import MEDIA_TYPE, make_problem

WRITE_TIMEOUT_S = 30.0
BODY_GRACE_S = 2.0
"""The app refuses a late body first, with a document; this only closes what is left."""
DRAIN_S = 0.5
MAX_HEAD_BYTES = 16_384
JOINED_BYTES = 65_536
"""Longer pieces are sent at once."""


class DeadlineProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 with deadlines."""

    settings: ClassVar[WebSettings]
    open_connections: ClassVar[Connections]
    dusty_addresses: ClassVar[DustyAddresses]
    """All set by `protocol_with`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head, unless there are too many connections, all of them busy."""
        self._deadline: asyncio.TimerHandle | None = None
        self._write_deadline: asyncio.TimerHandle | None = None
        self._awaited: object = None
        peer = transport.get_extra_info("peername")
        address = network_of(peer[0]) if isinstance(peer, tuple) else ""
        proxied = isinstance(peer, tuple) and peer[0] in self.settings.trusted_proxies
        self.conn = DustFilter(MAX_HEAD_BYTES, "" if proxied else address, self.dusty_addresses)
        self._admitted = self.open_connections.open(self, address)
        if not self._admitted:
            transport.abort()
            return
        transport.set_write_buffer_limits(high=0)
        super().connection_made(_DrainingTransport(transport, self))  # type: ignore[arg-type]
        self._update_deadline()

    def data_received(self, data: bytes) -> None:
        """Parse, then update what is awaited next."""
        if not self._admitted or self.transport.is_closing():
            return
        super().data_received(data)
        self._update_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget all deadlines."""
        _cancel(self._deadline)
        _cancel(self._write_deadline)
        self.open_connections.close(self)
        if self._admitted:
            super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """The next head may be awaited now."""
        super().on_response_complete()
        self._update_deadline()

    def pause_writing(self) -> None:
        """The client does not read: wait so long and no longer, and not if others wait."""
        super().pause_writing()
        self.open_connections.mark_idle(self)
        self._write_deadline = self.loop.call_later(WRITE_TIMEOUT_S, self.transport.abort)

    def resume_writing(self) -> None:
        """The client reads again."""
        _cancel(self._write_deadline)
        self._write_deadline = None
        super().resume_writing()
        self._update_deadline()

    def evict(self) -> None:
        """Make room for another connection."""
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, in the form of all refusals."""
        error = sys.exc_info()[1]
        hint = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._refuse(hint)

    def _refuse(self, status: int) -> None:
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        problem = make_problem(
            ProtocolError(status, "HTTP"),
            language=DEFAULT,
            instance="",
            request_id=new_request_id(),
        )
        content = problem.model_dump_json().encode()
        headers = {
            **SECURITY_HEADERS,
            "Cache-Control": PRIVATE,
            "Content-Type": MEDIA_TYPE,
            "Content-Length": str(len(content)),
            "Connection": "close",
        }
        head = h11.Response(status_code=status, headers=list(headers.items()))
        for event in (head, h11.Data(data=content), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _update_deadline(self) -> None:
        """Keep exactly one deadline: for the head, or for the body, that is awaited."""
        if self.cycle is None or self.cycle.response_complete:
            self.open_connections.mark_idle(self)
        else:
            self.open_connections.mark_busy(self)
        state = self.conn.their_state
        # Between requests uvicorn's own keep-alive timer waits; a head begins with its first byte.
        awaited = state if state is h11.SEND_BODY or self._in_head() else None
        if awaited is self._awaited:
            return
        self._awaited = awaited
        _cancel(self._deadline)
        self._deadline = None
        if awaited is h11.IDLE:
            self._deadline = self.loop.call_later(self.settings.header_timeout_s, self._too_slow)
        elif awaited is h11.SEND_BODY:
            limit_s = self.settings.body_timeout_s + BODY_GRACE_S
            self._deadline = self.loop.call_later(limit_s, self.transport.abort)

    def _in_head(self) -> bool:
        begun = self.cycle is None or bool(self.conn.trailing_data[0])
        return begun and self.conn.their_state is h11.IDLE

    def _too_slow(self) -> None:
        if self.conn.trailing_data[0] and not self.transport.is_closing():
            self._refuse(408)
        else:
            self.transport.abort()


class _DrainingTransport:
    """A transport that lets the client read the answer before the line is cut.

    The head of an answer waits for the body that follows it at once, so that both go in one
    system call and wake the client once.
    """

    def __init__(self, transport: asyncio.Transport, protocol: DeadlineProtocol) -> None:
        self._transport = transport
        self._protocol = protocol
        self._closing = False
        self._unsent = bytearray()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        """True from the first wish to close."""
        return self._closing or self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send, at the latest when the event loop comes round; nothing more once it is closing."""
        if self._closing:
            return
        if len(self._unsent) + len(data) > JOINED_BYTES:
            self._flush()
            self._transport.write(data)
            return
        if data and not self._unsent:
            self._protocol.loop.call_soon(self._flush)
        self._unsent += data

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, bytearray()
        if unsent and not self._transport.is_closing():
            self._transport.write(unsent)

    def close(self) -> None:
        """Close now, or, if the client still sends, once it has had time to stop."""
        if self.is_closing():
            return
        self._closing = True
        self._flush()
        if self._protocol.conn.their_state is not h11.SEND_BODY:
            self._transport.close()
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._transport.resume_reading()
        self._protocol.loop.call_later(DRAIN_S, self._transport.close)


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


def protocol_with(settings: WebSettings, connections: Connections) -> type[DeadlineProtocol]:
    """The protocol with the deadlines of these settings."""
    members = {
        "settings": settings,
        "open_connections": connections,
        "dusty_addresses": DustyAddresses(),
    }
    return type("ConfiguredProtocol", (DeadlineProtocol,), members)
