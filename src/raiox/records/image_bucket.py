"""Images in a bucket that speaks S3, so that processes on many hosts share them.

An object is `XX/SHA256_ID.png` (or with another suffix), XX being the first digits of the checksum: a sweep
lists one of these 256 folders at a time.
"""

from collections.abc import Iterable
from itertools import cycle
from typing import Final

from raiox.records.bucket import Bucket
from raiox.records.images import SUFFIX, SUFFIXES, StoredFile, Wanted, file_name

PROBE: Final = "probe"
N_DIGITS: Final = 2


class ImageBucket:
    """An `ImageStore` of objects."""

    max_upload_age_s = 3_600.0
    """Ages are counted by the clock of the store, which may differ from the database's."""

    def __init__(self, url: str) -> None:
        """Prepare to connect.

        Args:
            url: `s3://bucket/prefix`.
        """
        self._bucket = Bucket(url)
        self._folders = cycle(f"{number:0{N_DIGITS}x}" for number in range(16**N_DIGITS))

    def put(self, analysis_id: str, sha256: str, content: bytes, suffix: str = SUFFIX) -> None:
        """Keep an object."""
        self._bucket.put(_key(analysis_id, sha256, suffix), content)

    def read(self, analysis_id: str, sha256: str, suffix: str = SUFFIX) -> bytes | None:
        """One object, None where it was deleted."""
        return self._bucket.read(_key(analysis_id, sha256, suffix))

    def remove(self, analysis_id: str, sha256: str, suffixes: Iterable[str] = SUFFIXES) -> None:
        """Delete those objects that are there."""
        self._bucket.delete([_key(analysis_id, sha256, suffix) for suffix in suffixes])

    def sweep(self, wanted: Wanted, *, older_than: float) -> int:
        """Delete what no row wants, of the next of 256 folders."""
        n_deleted = 0
        for page in self._bucket.pages(next(self._folders)):
            old = {p: StoredFile.named(p) for p, written in page.items() if written < older_than}
            kept = wanted(old.values()) if old else frozenset()
            leavings = [path for path, file in old.items() if file not in kept]
            if leavings:
                self._bucket.delete(leavings)
            n_deleted += len(leavings)
        return n_deleted

    def probe(self) -> None:
        """Write a small object, always the same."""
        self._bucket.put(PROBE, b"raiox")

    def n_bytes(self) -> None:
        """To know it, all objects would have to be listed."""

    def free_bytes(self) -> None:
        """A bucket has no limit that it says."""


def _key(analysis_id: str, sha256: str, suffix: str) -> str:
    return f"{sha256[:N_DIGITS]}/{file_name(analysis_id, sha256, suffix)}"
