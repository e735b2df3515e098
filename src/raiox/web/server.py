"""The service as one process: uvicorn around the app, and an orderly end.

The page answers at once while the networks load. The first signal finishes what
was begun; the second ends at once.
"""

import asyncio
import gc
import ipaddress
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI

from raiox.errors import RaioxError
from raiox.inference.engine import Engine
from raiox.priority import take_short_turns
from raiox.service.dependencies import ReadsUploads
from raiox.service.lifecycle import Factories
from raiox.service.roles import Role
from raiox.settings import Settings, WebSettings
from raiox.web.app import create_app
from raiox.web.dependencies import WebContext
from raiox.web.errors import PublicWithoutLimitsError
from raiox.web.http.connections import AcceptErrors
from raiox.web.http.timeouts import MAX_HEAD_BYTES, protocol_with
from raiox.web.logs import configure_logs

GRACE_S = 8
SWITCH_S = 0.0005
"""How long other threads keep the event loop from going on, after each of its system calls."""
KEEP_ALIVE_S = 15
WATCH_EVERY_S = 2.0
BACKLOG = 512
"""Connections that may wait to be accepted."""
ACCEPTED_AT_ONCE = 16
"""Between two looks at the others; asyncio accepts as many as its backlog in one go."""


def run_server(
    settings: Settings,
    engine_factory: Callable[[], Engine],
    intake_factory: Callable[[], ReadsUploads],
    *,
    host: str,
    port: int,
    announce: Callable[[str], None] = lambda _: None,
    role: Role = Role.ALL,
) -> None:
    """Serve until a signal ends it.

    Args:
        announce: called once with the address at which the service answers.

    Raises: PublicWithoutLimitsError; RoleError; RecordsError if the records cannot be opened.
    """
    refuse_public_without_limits(settings.web, host)
    configure_logs()
    sys.setswitchinterval(SWITCH_S)
    take_short_turns()
    factories = Factories(engine_factory, intake_factory, role=role)
    app = create_app(settings, factories)
    try:
        GracefulServer(app, settings.web, host, port, announce).run()
    except SystemExit:  # uvicorn's own, if the start failed
        failure: RaioxError | None = getattr(app.state, "start_failure", None)
        if failure is None:
            raise
        raise failure from None


def refuse_public_without_limits(settings: WebSettings, host: str) -> None:
    """Raises: PublicWithoutLimitsError."""
    if not (settings.limits or settings.allow_public or _is_loopback(host)):
        raise PublicWithoutLimitsError(host=host)


class GracefulServer(uvicorn.Server):
    """uvicorn that lets waiting requests end when the process is to stop."""

    def __init__(
        self,
        app: FastAPI,
        settings: WebSettings,
        host: str,
        port: int,
        announce: Callable[[str], None],
    ) -> None:
        self._app = app
        self._root_path = settings.root_path
        self._announce = announce
        self._loop: asyncio.AbstractEventLoop | None = None
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                http=protocol_with(settings, app.state.web_context.connections),
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=True,
                proxy_headers=False,  # the app's own middleware reads them
                h11_max_incomplete_event_size=MAX_HEAD_BYTES,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GRACE_S,
                backlog=ACCEPTED_AT_ONCE,
            )
        )

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Remember the loop, then listen, and say where."""
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(AcceptErrors())
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not in the main thread
            self._loop.add_signal_handler(signal.SIGHUP, self._reload)
        await super().startup(sockets)  # type: ignore[arg-type]
        self._watch_models(self._choice())
        # What is here by now stays: to look at all of it for garbage would hold the event loop
        # for a tenth of a second, in the midst of the requests.
        gc.freeze()
        gc.enable()
        if self.started:
            for listening in self.servers[0].sockets:
                with socket.socket(fileno=os.dup(listening.fileno())) as same:
                    same.listen(BACKLOG)
            address = self.servers[0].sockets[0].getsockname()
            self._announce(f"{_url(address[0], address[1])}{self._root_path}/")

    def _watch_models(self, before: int) -> None:
        """Look now and then whether other networks were chosen, and switch."""
        if self._loop is None or self.should_exit:
            return
        now = self._choice()
        if now != before:
            self._reload()
        self._loop.call_later(WATCH_EVERY_S, self._watch_models, now)

    def _choice(self) -> int:
        """A number that changes when other networks are chosen."""
        web_context: WebContext = self._app.state.web_context
        try:
            return web_context.models.choice_file.stat().st_mtime_ns
        except OSError:
            return 0

    def _reload(self) -> None:
        """Take the networks that lie in the folder now; who is being answered is not disturbed."""
        state = self._app.state
        if not hasattr(state, "service") or self._loop is None:
            return
        reloading = self._loop.run_in_executor(None, state.service.engine_holder.reload)
        cases = state.web_context.reference_cases
        reloading.add_done_callback(lambda done: cases.forget() if done.result() else None)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """First signal: stop in order. Second: stop."""
        if self.should_exit:
            self.force_exit = True
            return
        self.should_exit = True
        service = getattr(self._app.state, "service", None)
        if service is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(service.notifier.close)


def _url(host: str, port: int) -> str:
    """The address for a browser on this machine."""
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        host = "127.0.0.1" if address.version == 4 else "::1"  # noqa: PLR2004
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
