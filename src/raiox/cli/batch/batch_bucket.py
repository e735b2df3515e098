"""Buckets that speak S3 (extra `s3`), for a batch: with more patience than a service has."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Final

from raiox.cli.errors import StoreUnusableError
from raiox.records.errors import RecordsUnavailableError

if TYPE_CHECKING:
    from raiox.records.bucket import Bucket

SCHEME: Final = "s3://"
MAX_RETRIES, RETRY_FOR_S = 8, 60
"""Nobody waits at a batch: it may outlast a store that restarts."""


@cache
def open_bucket(url: str) -> "Bucket":
    """The objects below `s3://bucket/prefix`. Raises: DriverMissingError."""
    from raiox.records.bucket import Bucket

    return Bucket(url, max_retries=MAX_RETRIES, retry_for_s=RETRY_FOR_S, logs=False)


@contextmanager
def named_in_errors(url: str) -> Iterator[None]:
    """Raises: StoreUnusableError, which ends the batch, for a store that is away or refuses."""
    try:
        yield
    except RecordsUnavailableError as error:
        raise StoreUnusableError(url=url, reason=str(error.__cause__)[:200]) from error
