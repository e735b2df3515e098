"""Images to try: this installation's own, else some of the data set, else drawn phantoms.

An installation's folder is described by its `examples.json`: `[{"id", "file", "attribution",
"licence", "source", "title": {"pt", "en"}}, …]`; `id`, `file` and `attribution` must be
there. Only files that a list names are served, with the attribution their licence
requires; raiox ships none of them. `raiox examples` writes such a folder.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from raiox.findings import finding_name
from raiox.manifest import MANIFEST_FILE, ManifestRow, iterate_rows
from raiox.messages import text, texts
from raiox.phantom import EXAMPLES, example_png
from raiox.settings import Settings
from raiox.vocabulary import FINDINGS, LANGUAGES
from raiox.web.errors import UnknownRouteError

LIST = "examples.json"
FOLDER = "examples"
"""In the service's own folder, where no setting names another."""
DRAWN_BY = "raiox"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SHARED = "CC BY"
"""Licences that let an image be shown with its attribution, by how they begin."""
_MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class ExampleFile:
    """One example as it is sent."""

    content: bytes
    media_type: str


class Examples(Protocol):
    """Images to try, from wherever."""

    def describe(self, base: str) -> list[dict[str, Any]]:
        """All examples with their address below `base`."""
        ...

    def load_file(self, example_id: str) -> ExampleFile:
        """One example. Raises: UnknownRouteError if there is none of that name."""
        ...


def open_examples(settings: Settings) -> Examples:
    """The examples of this installation; phantoms where it has no images at all."""
    folder = settings.examples_dir or settings.data_dir / FOLDER
    if settings.examples_dir is not None or (folder / LIST).is_file():
        return ExampleFolder(folder, read_list(folder))
    chest = settings.datasets / "chest" if settings.datasets else None
    entries = _pick_from(chest / MANIFEST_FILE) if chest else []
    return ExampleFolder(chest, entries) if chest and entries else Phantoms()


class Phantoms:
    """Chests that raiox draws itself: a clear one, one with an opacity, and one to be refused."""

    def describe(self, base: str) -> list[dict[str, Any]]:
        """The drawings, described as what they are."""
        return [
            {
                "id": name,
                "attribution": DRAWN_BY,
                "title": texts(f"form.{name}"),
                "url": f"{base}/{name}",
            }
            for name in EXAMPLES
        ]

    def load_file(self, example_id: str) -> ExampleFile:
        """One drawing. Raises: UnknownRouteError for anything else."""
        if example_id not in EXAMPLES:
            raise UnknownRouteError
        return ExampleFile(example_png(example_id), "image/png")


class ExampleFolder:
    """Listed images of one folder."""

    def __init__(self, folder: Path, entries: list[dict[str, Any]]) -> None:
        self._folder = folder
        self._entries = {entry["id"]: entry for entry in entries if _usable(entry)}

    def describe(self, base: str) -> list[dict[str, Any]]:
        """All examples with their address below `base`; the file's name stays inside."""
        return [
            {name: value for name, value in entry.items() if name != "file"}
            | {"url": f"{base}/{entry['id']}"}
            for entry in self._entries.values()
        ]

    def load_file(self, example_id: str) -> ExampleFile:
        """One example. Raises: UnknownRouteError if the list does not name it."""
        entry = self._entries.get(example_id)
        if entry is None:
            raise UnknownRouteError
        path = self._folder / entry["file"]
        try:
            return ExampleFile(path.read_bytes(), _MEDIA_TYPES[path.suffix.lower()])
        except OSError:
            raise UnknownRouteError from None


def read_list(folder: Path) -> list[dict[str, Any]]:
    """The entries of a folder's list; none where it has no list."""
    if not (folder / LIST).is_file():
        return []
    entries: list[dict[str, Any]] = json.loads((folder / LIST).read_text(encoding="utf-8"))
    return entries


def write_list(folder: Path, entries: Iterable[Mapping[str, Any]]) -> None:
    """Describe a folder's images; entries of other images stay."""
    listed = {entry["id"]: entry for entry in read_list(folder)}
    listed |= {entry["id"]: dict(entry) for entry in entries}
    text = json.dumps(list(listed.values()), ensure_ascii=False, indent=2) + "\n"
    unfinished = folder / f".{LIST}"
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(folder / LIST)


def _pick_from(manifest: Path) -> list[dict[str, Any]]:
    """One radiograph of the test split for each finding, of those that may be shown with attribution."""
    if not manifest.is_file():
        return []
    picked: dict[str, dict[str, Any]] = {}
    for row in iterate_rows(manifest):
        wanted = row["label"] in FINDINGS and row["label"] not in picked
        may = row["split"] == "test" and row["licence"].startswith(_SHARED)
        if wanted and may and row["label_conflict"] == "0":
            picked[row["label"]] = _entry(row)
        if len(picked) == len(FINDINGS):
            break
    return [picked[finding] for finding in FINDINGS if finding in picked]


def _entry(row: ManifestRow) -> dict[str, Any]:
    label = row["label"]
    return {
        "id": label,
        "file": row["image"],
        "attribution": f"{row['origin']} ({row['licence']})",
        "title": {
            lang: text("form.labelled", lang, name=finding_name(label, lang)) for lang in LANGUAGES
        },
    }


def _usable(entry: dict[str, Any]) -> bool:
    """Complete, and plain names inside the folder."""
    file = entry.get("file", "")
    return bool(
        entry.get("attribution")
        and _NAME.fullmatch(entry.get("id", ""))
        and all(_NAME.fullmatch(part) for part in file.split("/"))
        and Path(file).suffix.lower() in _MEDIA_TYPES
    )
