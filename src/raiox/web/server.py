"""The service as one process: uvicorn around the app, and an orderly end.

The page answers at once while the networks load. The first signal finishes what
was begun; the second ends at once.
"""

import asyncio
import ipaddress
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from raiox.inference.engine import Engine
from raiox.service.analyses import ReadsUploads, RenderHeatmap
from raiox.service.lifecycle import Backends
from raiox.settings import Settings, WebSettings
from raiox.web.app import create_app
from raiox.web.http.timeouts import MAX_HEAD_BYTES, protocol_with
from raiox.web.logs import configure_logs

GRACE_S = 8
KEEP_ALIVE_S = 15


class PublicWithoutLimitsError(ValueError):
    """Listening beyond this machine without limits must be asked for in so many words."""


def run_server(
    settings: Settings,
    engine_factory: Callable[[], Engine],
    intake_factory: Callable[[], ReadsUploads],
    render_heatmap: RenderHeatmap,
    *,
    host: str,
    port: int,
) -> None:
    """Serve until a signal ends it.

    Raises: PublicWithoutLimitsError.
    """
    refuse_public_without_limits(settings.web, host)
    configure_logs()
    choices = Backends(engine_factory, intake_factory, render_heatmap)
    server = GracefulServer(create_app(settings, choices), settings.web, host, port)
    server.run()


def refuse_public_without_limits(settings: WebSettings, host: str) -> None:
    """Raises: PublicWithoutLimitsError."""
    if not (settings.limits or settings.allow_public or _is_loopback(host)):
        raise PublicWithoutLimitsError(host)


class GracefulServer(uvicorn.Server):
    """uvicorn that tells the app when it is asked to stop."""

    def __init__(self, app: FastAPI, settings: WebSettings, host: str, port: int) -> None:
        self._app = app
        self._loop: asyncio.AbstractEventLoop | None = None
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                http=protocol_with(settings),
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=True,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=list(settings.trusted_proxies),
                h11_max_incomplete_event_size=MAX_HEAD_BYTES,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GRACE_S,
                backlog=512,
            )
        )

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Remember the loop, then listen."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)  # type: ignore[arg-type]

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """First signal: stop in order. Second: stop."""
        if self.should_exit:
            self.force_exit = True
            return
        self.should_exit = True
        service = getattr(self._app.state, "service", None)
        if service is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(service.notifier.close)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
