"""A browser, the built page, and something that serves it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import raiox

from .stand_in import StandIn

CHROMIUM = Path("/usr/bin/chromium")
PAGE = Path(raiox.__file__).parent / "web" / "page"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, and skip it with the reason where there is none."""
    reason = ""
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is not installed"
    elif not (PAGE / "index.html").exists():
        reason = "the page is not built (scripts/build-page.sh)"
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            if reason:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {"executable_path": str(CHROMIUM), "args": FLAGS}


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn(PAGE) as server:
        yield server
