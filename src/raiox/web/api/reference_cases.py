"""The reference cases of the embedding map: what is known of each, and its image if it is here.

Images belong to their data sets and are never shipped; they are shown where the
settings name a folder that holds them. Only names that the map lists are read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from raiox.bundle.embedding_map import EmbeddingMap, MapCase
from raiox.manifest import MANIFEST_FILE, ManifestRow, read_rows
from raiox.web.errors import UnknownRouteError


@dataclass(frozen=True, slots=True)
class DescribedCase:
    """One reference case with what its data set says of it."""

    case: MapCase
    licence: str | None
    origin: str | None
    path: Path | None
    """None where the image is not at hand."""


class ReferenceCases:
    """All reference cases of one embedding map, by image; read on first use."""

    def __init__(self, map_path: Callable[[], Path], datasets: Path | None) -> None:
        self._map_path = map_path
        self._chest = datasets / "chest" if datasets else None

    @cached_property
    def embedding_map(self) -> EmbeddingMap | None:
        """The map, None where the bundle carries none."""
        path = self._map_path()
        return EmbeddingMap.from_json(path.read_bytes()) if path.is_file() else None

    def forget(self) -> None:
        """Read everything anew: another bundle answers."""
        for name in ("embedding_map", "_cases", "_rows"):
            self.__dict__.pop(name, None)

    def describe(self, image: str) -> DescribedCase:
        """One case. Raises: UnknownRouteError if the map does not list it."""
        case = self._cases.get(image)
        if case is None:
            raise UnknownRouteError
        row = self._rows.get(image)
        path = row.path if row else None
        return DescribedCase(
            case=case,
            licence=row["licence"] or None if row else None,
            origin=row["origin"] or None if row else None,
            path=path if path and path.is_file() else None,
        )

    def load_image(self, image: str) -> bytes:
        """The JPEG of a case. Raises: UnknownRouteError if it is not at hand."""
        path = self.describe(image).path
        if path is None:
            raise UnknownRouteError
        return path.read_bytes()

    @cached_property
    def _cases(self) -> Mapping[str, MapCase]:
        return {case.image: case for case in self.embedding_map.cases} if self.embedding_map else {}

    @cached_property
    def _rows(self) -> Mapping[str, ManifestRow]:
        manifest = self._chest / MANIFEST_FILE if self._chest else None
        if manifest is None or not manifest.is_file():
            return {}
        rows = {row["image"].removeprefix("images/"): row for row in read_rows(manifest)}
        return {image: rows[image] for image in self._cases if image in rows}
