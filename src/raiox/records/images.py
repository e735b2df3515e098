"""Where the pixels of analyses are kept: what every store of images does."""

from collections.abc import Callable, Collection, Iterable
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple, Protocol

FOLDER: Final = "images"
"""In the service's own folder."""
SUFFIX: Final = ".png"
VALUES_SUFFIX: Final = ".values.png"
"""Of the values that the file held, beside the picture."""
SUFFIXES: Final = (SUFFIX, VALUES_SUFFIX)
"""Of an image."""


class StoredFile(NamedTuple):
    """What the name of a file says."""

    analysis_id: str
    suffix: str

    @classmethod
    def named(cls, name: str) -> "StoredFile":
        """The file of a name that `file_name` made; of another name, one that no row wants."""
        stem, dot, rest = name.partition(".")
        return cls(stem.rpartition("_")[2], dot + rest)


Wanted = Callable[[Collection[StoredFile]], AbstractSet[StoredFile]]
"""Those of some files that a row still wants."""


def all_suffixes(maps_suffix: str | None) -> tuple[str, ...]:
    """Of the files of an analysis, which may include one of activation maps."""
    return (*SUFFIXES, maps_suffix) if maps_suffix else SUFFIXES


def file_name(analysis_id: str, sha256: str, suffix: str) -> str:
    """Of one file of an analysis."""
    return f"{sha256}_{analysis_id}{suffix}"


class ImageStore(Protocol):
    """Images by analysis, the values of their pixels and, where `ActivationMaps` says so, maps.

    Each is put before its row is committed and removed after its row. So a row never points at half
    an image, and what a crash leaves behind has no row.
    """

    max_upload_age_s: float
    """An upload has committed its row long before; an older image without a row is a leaving."""

    def put(self, analysis_id: str, sha256: str, content: bytes, suffix: str = SUFFIX) -> None:
        """Keep one file of an analysis; once this returns, a power cut does not lose it.

        Raises: StorageFullError, RecordsUnavailableError.
        """
        ...

    def read(self, analysis_id: str, sha256: str, suffix: str = SUFFIX) -> bytes | None:
        """One file, None where it was deleted. Raises: RecordsUnavailableError."""
        ...

    def remove(self, analysis_id: str, sha256: str, suffixes: Iterable[str] = SUFFIXES) -> None:
        """Delete those files that are there. Raises: RecordsUnavailableError."""
        ...

    def sweep(self, wanted: Wanted, *, older_than: float) -> int:
        """Delete what no row wants: the leavings of a crash; a part of the store at a time.

        Args:
            older_than: an instant; younger files may still get their row.
        Returns: number of files deleted.
        Raises: RecordsUnavailableError.
        """
        ...

    def probe(self) -> None:
        """Try whether an image could be kept now.

        Raises: StorageFullError, RecordsUnavailableError.
        """
        ...

    def n_bytes(self) -> int | None:
        """Space that the images take; None where only the store's owner knows.

        Raises: RecordsUnavailableError.
        """
        ...

    def free_bytes(self) -> int | None:
        """Space left for everything the service keeps; None where there is no limit.

        Raises: RecordsUnavailableError.
        """
        ...
