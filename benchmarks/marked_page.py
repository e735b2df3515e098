# ruff: noqa: INP001  (beside a file that is run, not a package)
"""The part of a page that a benchmark writes, between two marks that name it."""

import os
import time
from pathlib import Path
from typing import Final

PERFORMANCE: Final = Path(__file__).parents[1] / "docs" / "reference" / "performance.md"


def conditions() -> str:
    """When and on what was measured, and whether other work ran beside it."""
    n_cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    beside = " of other work as well" if load > n_cores else ""
    return (
        f"Measured {time.strftime('%Y-%m-%d')} on {n_cores} cores at a load of {load:.0f}{beside}"
    )


def rewrite(page: Path, name: str, text: str) -> None:
    """Put a text between `<!-- name: command -->` and `<!-- end of name -->`."""
    before, mark, rest = page.read_text().partition(f"<!-- {name}: ")
    command, close, rest = rest.partition(" -->\n")
    _, end, after = rest.partition(f"<!-- end of {name} -->")
    if not (mark and close and end):
        raise SystemExit(f"{page} has no marks of {name}")
    page.write_text(f"{before}{mark}{command}{close}{text.strip()}\n{end}{after}")
