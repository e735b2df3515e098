# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""How closely the reading in a browser follows the one in Python.

The same decoded pixels go to the engine of the service and, as gray PNG, to the worker of the
built page in a headless browser: scores, maps, embedding, distance and place in the map of cases
are compared for every image. Ends with 1 where the two differ by more than the bounds.

Run: `RAIOX_DATASETS=... .venv/bin/python benchmarks/browser.py --n 200 --out docs/evidence/browser.md`
"""

import argparse
import io
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from raiox.entities import EngineResult, LungOcclusion, Radiograph
from raiox.inference.local import LocalEngine
from raiox.intake import Intake
from raiox.manifest import MANIFEST_FILE, read_rows
from raiox.settings import Settings

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from browser_reading import (
    BOUNDS,
    CHROMIUM,
    CODES,
    beyond,
    compare,
    compare_occlusions,
    occlude_lungs,
    open_worker,
    read,
    serve_site,
)

PAGE = """# The reading in the browser beside the one in Python

Research use. Not a medical device.

Written by `benchmarks/browser.py`: {n} random images of `valid`, decoded once by `raiox.intake`,
read by `raiox.inference` and, as gray PNG, by the worker of the built page in headless Chromium
(WebAssembly with SIMD, one thread). Scores, shares and maps are compared before they are rounded;
`place` is that in the map of cases, which is rounded to 0.001; `scores_without_lungs` are those with
the lungs hidden. What reading in the browser costs
stands in [a page of its own](browser-cost.md).

{table}
"""


@contextmanager
def open_browser(address: str, worker: str, n_threads: int) -> Iterator[tuple[Page, float]]:
    """A page whose worker has opened the networks, and how long that took in milliseconds."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_page()
        yield page, open_worker(page, address, worker, n_threads)
        browser.close()


def read_radiographs(settings: Settings, n: int) -> list[tuple[str, Radiograph]]:
    """Random images of `valid`, decoded, by name."""
    assert settings.datasets, "RAIOX_DATASETS names no folder"
    rows = read_rows(settings.datasets / "chest" / MANIFEST_FILE)
    rows = [row for row in rows if row["split"] == "valid"]
    with Intake(settings.intake) as intake:
        chosen = random.Random(0).sample(rows, n)  # noqa: S311 - a choice, no secret
        return [(row["image"], intake.load(row.path.read_bytes())) for row in chosen]


def as_png(radiograph: Radiograph) -> bytes:
    """The pixels without loss."""
    file = io.BytesIO()
    Image.fromarray(radiograph.pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()


def measure(settings: Settings, n: int) -> list[dict[str, float]]:
    """The differences of every image."""
    engine = LocalEngine.open(settings.inference)
    differences = []
    with serve_site(settings) as (address, worker), open_browser(address, worker, 1) as (page, _):
        for name, radiograph in read_radiographs(settings, n):
            [here] = engine.predict([radiograph])
            assert isinstance(here, EngineResult), here
            found = compare(here, read(page, as_png(radiograph)))
            [occluded] = engine.occlude_lungs([radiograph]) if here.prediction else [None]
            if isinstance(occluded, LungOcclusion):
                found |= compare_occlusions(occluded, occlude_lungs(page))
            differences.append(found)
            if too_far := beyond(found):
                print(f"{name}: {too_far}")
    return differences


def table(differences: list[dict[str, float]]) -> Iterator[str]:
    """One line of Markdown per quantity."""
    yield "| compared | images | largest difference | 99th percentile | bound |"
    yield "|---|---|---|---|---|"
    for key in dict.fromkeys(key for one in differences for key in one):
        values = [one[key] for one in differences if key in one]
        name = f"{key} (1: another)" if key in CODES else key
        bound = f"{BOUNDS[key]:g}" if key in BOUNDS else "0" if key in CODES else "–"
        yield (
            f"| {name} | {len(values)} | {max(values):.1e} | {np.quantile(values, 0.99):.1e} | {bound} |"
        )


def main() -> None:
    """Compare, and write the page of evidence."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    differences = measure(Settings(), options.n)
    text = PAGE.format(n=options.n, table="\n".join(table(differences)))
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    sys.exit(any(map(beyond, differences)))


if __name__ == "__main__":
    main()
