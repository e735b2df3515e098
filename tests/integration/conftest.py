"""A whole service in this process: real SQLite and files, fakes for networks and decoders."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx
import pytest
import structlog
from fakes import FakeClock, FakeEngine, FakeIntake
from fastapi import FastAPI
from migrated import with_tables

from raiox.service.lifecycle import Factories, Service
from raiox.settings import Settings
from raiox.web.app import create_app


class RunningApp:
    """A started app and the browsers that visit it."""

    def __init__(self, app: FastAPI, engine: FakeEngine, intake: FakeIntake, clock: FakeClock):
        self.app = app
        self.engine = engine
        self.intake = intake
        self.clock = clock
        self._browsers: list[httpx.AsyncClient] = []

    @property
    def service(self) -> Service:
        service: Service = self.app.state.service
        return service

    def browser(self, address: str = "127.0.0.1", **options: object) -> httpx.AsyncClient:
        """A fresh one, without cookies."""
        transport = httpx.ASGITransport(self.app, client=(address, 50_000))
        browser = httpx.AsyncClient(transport=transport, base_url="http://localhost", **options)
        self._browsers.append(browser)
        return browser

    async def close(self) -> None:
        for browser in self._browsers:
            await browser.aclose()


@pytest.fixture(autouse=True)
def quiet():
    """Logs are looked at where a real process writes them; nobody paints tracebacks here."""
    structlog.configure(processors=[], logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.reset_defaults()


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., object]:
    """Start a service: `async with start(engine=…, settings=…) as service`."""

    @asynccontextmanager
    async def started(
        engine: FakeEngine | None = None,
        reader: FakeIntake | None = None,
        open_engine: Callable[[], FakeEngine] | None = None,
        page_dir: Path = tmp_path / "no-page",
        datasets: Path | None = None,  # picking examples takes most of a start
        **settings: object,
    ) -> AsyncIterator[RunningApp]:
        engine, reader, clock = engine or FakeEngine(), reader or FakeIntake(), FakeClock()
        app = create_app(
            Settings(data_dir=with_tables(tmp_path / "var"), datasets=datasets, **settings),
            Factories(open_engine or (lambda: engine), lambda: reader, clock, clock),
            page_dir=page_dir,
        )
        async with app.router.lifespan_context(app):
            service = RunningApp(app, engine, reader, clock)
            await _loaded(service)
            try:
                yield service
            finally:
                engine.go.set()
                await service.close()

    return started


async def _loaded(service: RunningApp) -> None:
    """Wait until the models are loaded or refused."""
    while _is_loading(service.service):  # noqa: ASYNC110  (nobody notifies)
        await anyio.sleep(0.005)


def _is_loading(service: Service) -> bool:
    reason = service.engine_holder.unavailable_reason
    return reason is not None and reason.facts.get("reason") == "loading"
