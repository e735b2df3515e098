# ruff: noqa: INP001  (beside files that are run, not a package)
"""One visitor of a service, by the standard library's client: a request takes it 1 ms of a processor."""

import json
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPMessage
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlsplit

ANALYSES: Final = "/api/v1/analyses"
CREATED: Final = 201
ACCEPTED: Final = 202
TIMEOUT_S: Final = 120
IDLE_S: Final = 5
"""After which a connection is opened anew: the service closes idle ones after 15 s."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def document(self) -> Any:
        """Its JSON."""
        return json.loads(self.body)


def exchange(
    connection: HTTPConnection, method: str, path: str, content: bytes, headers: dict[str, str]
) -> Answer:
    """One request, whatever is answered."""
    connection.request(method, path, content, headers)
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())


class Visitor:
    """A connection and its session; closed with the context."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._connection = HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT_S)
        self._cookie: dict[str, str] = {}
        self._used_at = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(
        self, method: str, path: str, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request. Raises: SystemExit where it is refused."""
        if time.monotonic() - self._used_at > IDLE_S:
            self._connection.close()
        sent = dict(headers or {}) | self._cookie
        answer = exchange(self._connection, method, path, content, sent)
        self._used_at = time.monotonic()
        if answer.status >= 400:  # noqa: PLR2004
            raise SystemExit(f"{method} {path}: {answer.status} {answer.body[:500]!r}")
        if given := answer.headers.get("Set-Cookie"):
            self._cookie = {"Cookie": given.partition(";")[0]}
        return answer

    def upload(self, content: bytes, prefer: str) -> Answer:
        """Send an image with what is preferred: `wait=30` or `respond-async`."""
        headers = {"Content-Type": "image/png", "Prefer": prefer}
        return self.ask("POST", ANALYSES, content, headers)
