"""Images in a bucket that speaks S3, so that processes on many hosts share them.

Keys and endpoint come from the variables that all tools of S3 read (`AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY`, `AWS_ENDPOINT_URL`, `AWS_REGION`). An object is `XX/SHA256_ID.png` (or
`.values.png`), XX being the first digits of the checksum: a sweep lists one of these 256 folders at
a time.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import cycle
from typing import Final

import structlog

from raiox.records.errors import DriverMissingError, RecordsUnavailableError
from raiox.records.images import SUFFIX, SUFFIXES, Wanted

try:
    import obstore
    from obstore.exceptions import BaseError
    from obstore.store import S3Store
except ModuleNotFoundError:
    raise DriverMissingError(extra="s3") from None

PROBE: Final = "probe"
SCHEME: Final = "s3://"
N_DIGITS: Final = 2
RETRY_AFTER_S: Final = 5
CONNECT_TIMEOUT_S, TIMEOUT_S = 2, 10
MAX_RETRIES, RETRY_FOR_S = 2, 4
"""Bounded: a caller waits, and comes again later."""


class ImageBucket:
    """An `ImageStore` of objects."""

    max_upload_age_s = 3_600.0
    """Ages are counted by the clock of the store, which may differ from the database's."""

    def __init__(self, url: str) -> None:
        """Prepare to connect.

        Args:
            url: `s3://bucket/prefix`.
        """
        bucket, _, prefix = url.removeprefix(SCHEME).partition("/")
        plain_http = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http:")
        with _translated_errors():
            self._store = S3Store(
                bucket,
                prefix=prefix or None,
                client_options={
                    "connect_timeout": timedelta(seconds=CONNECT_TIMEOUT_S),
                    "timeout": timedelta(seconds=TIMEOUT_S),
                    "allow_http": plain_http,
                },
                retry_config={
                    "max_retries": MAX_RETRIES,
                    "retry_timeout": timedelta(seconds=RETRY_FOR_S),
                },
            )
        self._folders = cycle(f"{number:0{N_DIGITS}x}" for number in range(16**N_DIGITS))

    def put(self, analysis_id: str, sha256: str, content: bytes, suffix: str = SUFFIX) -> None:
        """Keep an image, or its values."""
        with _translated_errors():
            obstore.put(self._store, _key(analysis_id, sha256, suffix), content)

    def read(self, analysis_id: str, sha256: str, suffix: str = SUFFIX) -> bytes | None:
        """The image or its values, None where they were deleted."""
        key = _key(analysis_id, sha256, suffix)
        with _translated_errors():
            try:
                return bytes(obstore.get(self._store, key).bytes())
            except FileNotFoundError:
                return None

    def remove(self, analysis_id: str, sha256: str) -> None:
        """Delete the image and its values if they are there."""
        keys = [_key(analysis_id, sha256, suffix) for suffix in SUFFIXES]
        with _translated_errors(), suppress(FileNotFoundError):  # S3 itself does not mind
            obstore.delete(self._store, keys)

    def sweep(self, wanted: Wanted, *, older_than: float) -> int:
        """Delete what no row wants, of the next of 256 folders."""
        n_deleted = 0
        with _translated_errors():
            for page in obstore.list(self._store, next(self._folders)):
                old = [o["path"] for o in page if o["last_modified"].timestamp() < older_than]
                by_path = {path: _id_of(path) for path in old}
                kept = wanted(list(by_path.values())) if by_path else frozenset()
                leavings = [path for path, name in by_path.items() if name not in kept]
                if leavings:
                    obstore.delete(self._store, leavings)
                n_deleted += len(leavings)
        return n_deleted

    def probe(self) -> None:
        """Write a small object, always the same."""
        with _translated_errors():
            obstore.put(self._store, PROBE, b"raiox")

    def n_bytes(self) -> None:
        """To know it, all objects would have to be listed."""

    def free_bytes(self) -> None:
        """A bucket has no limit that it says."""


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        # The text of a wrong key or bucket is the operator's only clue; it holds no secret.
        structlog.get_logger().warning("image_store_in_trouble", reason=str(error)[:200])
        raise RecordsUnavailableError(retry_after_s=RETRY_AFTER_S) from error


def _key(analysis_id: str, sha256: str, suffix: str) -> str:
    return f"{sha256[:N_DIGITS]}/{sha256}_{analysis_id}{suffix}"


def _id_of(path: str) -> str:
    return path.partition(".")[0].rpartition("_")[2]
