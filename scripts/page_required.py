"""Refuses to build an archive of raiox that lacks the page; `pip install --editable` needs none.

A hook of hatchling (pyproject.toml). Without it, `pip wheel .` on an unbuilt clone made a wheel whose
service had no page.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = Path("src") / "raiox" / "web" / "page" / "index.html"


class PageRequired(BuildHookInterface):  # type: ignore[type-arg]
    """Looks for the built page."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before every build.

        Raises: FileNotFoundError.
        """
        del build_data
        if version != "editable" and not (Path(self.root) / PAGE).is_file():
            message = f"{PAGE} is missing: run scripts/build-page.sh, which needs no system Node"
            raise FileNotFoundError(message)
