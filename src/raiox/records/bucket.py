"""A bucket that speaks S3: the one door to it, with bounded waits.

Keys and endpoint come from the variables that all tools of S3 read (`AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY`, `AWS_ENDPOINT_URL`, `AWS_REGION`).
"""

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from raiox.records.errors import DriverMissingError, RecordsUnavailableError

try:
    import obstore
    from obstore.exceptions import AlreadyExistsError, BaseError
    from obstore.store import S3Store
except ModuleNotFoundError:
    raise DriverMissingError(extra="s3") from None

if TYPE_CHECKING:
    from obstore import ReadableFile

SCHEME: Final = "s3://"
CHUNK_BYTES: Final = 2**20
N_REASON_CHARS: Final = 200
RETRY_AFTER_S: Final = 5
CONNECT_TIMEOUT_S, TIMEOUT_S = 2, 10
MAX_RETRIES, RETRY_FOR_S = 2, 4
"""Bounded: a caller waits, and comes again later."""


class Bucket:
    """Objects below a prefix. Every method may raise RecordsUnavailableError."""

    def __init__(
        self,
        url: str,
        *,
        max_retries: int = MAX_RETRIES,
        retry_for_s: float = RETRY_FOR_S,
        logs: bool = True,
    ) -> None:
        """Prepare to connect.

        Args:
            url: `s3://bucket/prefix`.
            max_retries: of one request, after errors that may pass.
            retry_for_s: no retry begins later.
            logs: write a line for every error; a command prints its sentence instead.
        """
        self._logs = logs
        name, _, prefix = url.removeprefix(SCHEME).partition("/")
        plain_http = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http:")
        with self._translated_errors():
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
        with self._translated_errors():
            obstore.put(self._store, key, content)

    def put_first(self, key: str, content: bytes) -> None:
        """Keep an object unless there is one of that key (If-None-Match)."""
        with self._translated_errors(), suppress(AlreadyExistsError):
            obstore.put(self._store, key, content, mode="create")

    def read(self, key: str) -> bytes | None:
        """An object, None where there is none."""
        with self._translated_errors():
            try:
                return bytes(obstore.get(self._store, key).bytes())
            except FileNotFoundError:
                return None

    def beginning(self, key: str, n_bytes: int) -> bytes | None:
        """At most so many bytes of an object, None where there is none."""
        content = bytearray()
        with self._translated_errors():
            try:
                chunks = obstore.get(self._store, key).stream(min_chunk_size=CHUNK_BYTES)
            except FileNotFoundError:
                return None
            for chunk in chunks:
                content += chunk
                if len(content) >= n_bytes:
                    break
        return bytes(content[:n_bytes])

    def stream(self, key: str) -> "ObjectStream | None":
        """An object of which parts are to be read, None where there is none."""
        with self._translated_errors():
            try:
                return ObjectStream(obstore.open_reader(self._store, key))
            except FileNotFoundError:
                return None

    def has(self, key: str) -> bool:
        """Whether there is an object of this very key."""
        with self._translated_errors():
            try:
                obstore.head(self._store, key)
            except FileNotFoundError:
                return False
        return True

    def delete(self, keys: Sequence[str]) -> None:
        """Delete those that are there."""
        with self._translated_errors(), suppress(FileNotFoundError):  # S3 itself does not mind
            obstore.delete(self._store, keys)

    def pages(self, folder: str | None = None) -> Iterator[dict[str, float]]:
        """Keys, and when each was written (seconds since 1970 UTC), by about 1,000."""
        with self._translated_errors():
            for page in obstore.list(self._store, folder):
                yield {one["path"]: one["last_modified"].timestamp() for one in page}

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            with _translated_errors():
                yield
        except RecordsUnavailableError as error:
            if self._logs:
                # The text of a wrong key or bucket is the operator's only clue; it holds no secret.
                reason = str(error.__cause__)[:N_REASON_CHARS]
                structlog.get_logger().warning("image_store_in_trouble", reason=reason)
            raise


class ObjectStream(io.BufferedIOBase):
    """An object as a file that is only read."""

    def __init__(self, reader: "ReadableFile") -> None:
        self._reader = reader

    def read(self, size: int | None = None, /) -> bytes:
        """The next bytes; all that are left without a size."""
        with _translated_errors():
            return bytes(self._reader.read(size))

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go on elsewhere, without a word to the store. Raises: OSError before the beginning."""
        return self._reader.seek(offset, whence)

    def tell(self) -> int:
        """Where it stands."""
        return self._reader.tell()

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        raise RecordsUnavailableError(retry_after_s=RETRY_AFTER_S) from error
