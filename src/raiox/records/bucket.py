"""A bucket that speaks S3: the one door to it, with bounded waits.

Keys and endpoint come from the variables that all tools of S3 read (`AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY`, `AWS_ENDPOINT_URL`, `AWS_REGION`).
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Final

import structlog

from raiox.records.errors import DriverMissingError, RecordsUnavailableError

try:
    import obstore
    from obstore.exceptions import AlreadyExistsError, BaseError
    from obstore.store import S3Store
except ModuleNotFoundError:
    raise DriverMissingError(extra="s3") from None

SCHEME: Final = "s3://"
RETRY_AFTER_S: Final = 5
CONNECT_TIMEOUT_S, TIMEOUT_S = 2, 10
MAX_RETRIES, RETRY_FOR_S = 2, 4
"""Bounded: a caller waits, and comes again later."""


class Bucket:
    """Objects below a prefix. Every method may raise RecordsUnavailableError."""

    def __init__(
        self, url: str, *, max_retries: int = MAX_RETRIES, retry_for_s: float = RETRY_FOR_S
    ) -> None:
        """Prepare to connect.

        Args:
            url: `s3://bucket/prefix`.
            max_retries: of one request, after errors that may pass.
            retry_for_s: no retry begins later.
        """
        name, _, prefix = url.removeprefix(SCHEME).partition("/")
        plain_http = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http:")
        with _translated_errors():
            self._store = S3Store(
                name,
                prefix=prefix.strip("/") or None,
                client_options={
                    "connect_timeout": timedelta(seconds=CONNECT_TIMEOUT_S),
                    "timeout": timedelta(seconds=TIMEOUT_S),
                    "allow_http": plain_http,
                },
                retry_config={
                    "max_retries": max_retries,
                    "retry_timeout": timedelta(seconds=retry_for_s),
                },
            )

    def put(self, key: str, content: bytes) -> None:
        """Keep an object, whole; it replaces one of that key."""
        with _translated_errors():
            obstore.put(self._store, key, content)

    def put_first(self, key: str, content: bytes) -> None:
        """Keep an object unless there is one of that key (If-None-Match)."""
        with _translated_errors(), suppress(AlreadyExistsError):
            obstore.put(self._store, key, content, mode="create")

    def read(self, key: str) -> bytes | None:
        """An object, None where there is none."""
        with _translated_errors():
            try:
                return bytes(obstore.get(self._store, key).bytes())
            except FileNotFoundError:
                return None

    def delete(self, keys: Sequence[str]) -> None:
        """Delete those that are there."""
        with _translated_errors(), suppress(FileNotFoundError):  # S3 itself does not mind
            obstore.delete(self._store, keys)

    def pages(self, folder: str | None = None) -> Iterator[dict[str, float]]:
        """Keys, and when each was written (seconds since 1970 UTC), by about 1,000."""
        with _translated_errors():
            for page in obstore.list(self._store, folder):
                yield {one["path"]: one["last_modified"].timestamp() for one in page}


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        # The text of a wrong key or bucket is the operator's only clue; it holds no secret.
        structlog.get_logger().warning("image_store_in_trouble", reason=str(error)[:200])
        raise RecordsUnavailableError(retry_after_s=RETRY_AFTER_S) from error
