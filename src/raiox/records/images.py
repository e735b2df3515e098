"""Where the pixels of analyses are kept: what every store of images does."""

from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final, Protocol

from raiox.settings import FilesSettings

FOLDER: Final = "images"
"""In the service's own folder."""
SUFFIX: Final = ".png"
VALUES_SUFFIX: Final = ".values.png"
"""Of the values that the file held, beside the picture."""
SUFFIXES: Final = (SUFFIX, VALUES_SUFFIX)

Wanted = Callable[[Collection[str]], AbstractSet[str]]
"""Those of some analyses, by id, whose image is still wanted."""


class ImageStore(Protocol):
    """Images by analysis, and the values of their pixels.

    Each is put before its row is committed and removed after its row. So a row never points at half
    an image, and what a crash leaves behind has no row.
    """

    max_upload_age_s: float
    """An upload has committed its row long before; an older image without a row is a leaving."""

    def put(self, analysis_id: str, sha256: str, content: bytes, suffix: str = SUFFIX) -> None:
        """Keep an image, or its values; once this returns, a power cut does not lose it.

        Raises: StorageFullError, RecordsUnavailableError.
        """
        ...

    def read(self, analysis_id: str, sha256: str, suffix: str = SUFFIX) -> bytes | None:
        """The image or its values, None where they were deleted. Raises: RecordsUnavailableError."""
        ...

    def remove(self, analysis_id: str, sha256: str) -> None:
        """Delete the image and its values if they are there. Raises: RecordsUnavailableError."""
        ...

    def sweep(self, wanted: Wanted, *, older_than: float) -> int:
        """Delete what no row wants: the leavings of a crash; a part of the store at a time.

        Args:
            older_than: an instant; younger images may still get their row.
        Returns: number of images deleted.
        """
        ...

    def probe(self) -> None:
        """Try whether an image could be kept now.

        Raises: StorageFullError, RecordsUnavailableError.
        """
        ...

    def n_bytes(self) -> int | None:
        """Space that the images take; None where only the store's owner knows."""
        ...

    def free_bytes(self) -> int | None:
        """Space left for everything the service keeps; None where there is no limit."""
        ...


def open_images(settings: FilesSettings, data_dir: Path) -> ImageStore:
    """The store that the settings name.

    Raises: DriverMissingError, StorageFullError, RecordsUnavailableError.
    """
    if settings.url is not None:
        # An extra: imported only where it is named.
        from raiox.records.image_bucket import ImageBucket  # noqa: PLC0415

        return ImageBucket(settings.url)
    from raiox.records.image_folder import ImageFolder  # noqa: PLC0415

    return ImageFolder(data_dir / FOLDER)
