"""A browser, the built page, and something that serves it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from browser_reading import CHROMIUM
from playwright.sync_api import Browser, BrowserContext, Page
from serving import Served

import raiox

from .documents import PNG
from .stand_in import StandIn

PAGE = Path(raiox.__file__).parent / "web" / "page"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, and skip it with the reason where there is none."""
    reason = ""
    if not CHROMIUM:
        reason = "chromium is not installed"
    elif not (PAGE / "index.html").exists():
        reason = "the page is not built (scripts/build-page.sh)"
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            if reason:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {"executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn(PAGE) as server:
        yield server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The real service, with a fake engine inside."""
    service = Served(tmp_path_factory.mktemp("var"))
    yield service
    service.stop()


@pytest.fixture
def service_workers(request: pytest.FixtureRequest) -> str:
    """Whether a page gets its worker, which fetches all other screens before anybody opens them."""
    return "allow" if request.node.get_closest_marker("service_worker") else "block"


@pytest.fixture
def open_page(browser: Browser, service_workers: str) -> Iterator[OpenPage]:
    """Opens an address as a fresh visitor; afterwards nothing may have gone wrong unseen."""
    with fresh_visitors(browser, service_workers) as opened:
        yield opened


@contextmanager
def fresh_visitors(browser: Browser, service_workers: str) -> Iterator[OpenPage]:
    """What `open_page` yields, for as long as a test, or all of a module, needs it."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(url: str, **options: object) -> Page:
        usual = {"locale": "pt-BR", "service_workers": service_workers}
        context = browser.new_context(**usual | options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console", lambda result: faults.append(result.text) if _is_fault(result.text) else None
        )
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def _is_fault(text: str) -> bool:
    """Violations of the content security policy; refused requests are part of the tests."""
    return "Content Security Policy" in text or "Refused to" in text


def open_folds(page: Page) -> None:
    """Open all that opens on demand."""
    page.locator("article details").evaluate_all("(all) => all.forEach((one) => (one.open = true))")


def upload(page: Page, *contents: bytes, names: tuple[str, ...] = ()) -> None:
    """Choose files as a person does."""
    chosen = [
        {"name": name, "mimeType": "image/png", "buffer": content}
        for content, name in zip(
            contents or (PNG,), names or [f"{n}.png" for n in range(9)], strict=False
        )
    ]
    page.set_input_files("input[type=file]", chosen)
