"""Example images of this installation: a folder and what `examples.json` says of it.

Only files that the list names are served, with the attribution their licence
asks for; raiox ships none of them. The list: `[{"id", "file", "attribution",
"licence", "source", "title": {"pt", "en"}}, …]`; `id`, `file` and
`attribution` must be there.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from raiox.errors import UnknownRouteError

LIST = "examples.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class ExampleFile:
    """One example as it is sent."""

    content: bytes
    media_type: str


class ExampleFolder:
    """The examples of one folder; empty where there is none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._entries = {entry["id"]: entry for entry in _read_list(folder) if _usable(entry)}

    def describe(self, base: str) -> list[dict[str, Any]]:
        """All examples with their address below `base`; the file's name stays inside."""
        return [
            {name: value for name, value in entry.items() if name != "file"}
            | {"url": f"{base}/{entry['id']}"}
            for entry in self._entries.values()
        ]

    def read(self, example_id: str) -> ExampleFile:
        """One example. Raises: UnknownRouteError if the list does not name it."""
        entry = self._entries.get(example_id)
        if entry is None or self._folder is None:
            raise UnknownRouteError
        path = self._folder / entry["file"]
        try:
            return ExampleFile(path.read_bytes(), _MEDIA_TYPES[path.suffix.lower()])
        except OSError:
            raise UnknownRouteError from None


def _read_list(folder: Path | None) -> list[dict[str, Any]]:
    if folder is None or not (folder / LIST).is_file():
        return []
    entries: list[dict[str, Any]] = json.loads((folder / LIST).read_text(encoding="utf-8"))
    return entries


def _usable(entry: dict[str, Any]) -> bool:
    """Complete, and a plain name inside the folder."""
    file = entry.get("file", "")
    return bool(
        entry.get("attribution")
        and _NAME.fullmatch(entry.get("id", ""))
        and _NAME.fullmatch(file)
        and Path(file).suffix.lower() in _MEDIA_TYPES
    )
