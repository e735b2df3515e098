# ruff: noqa: INP001, T201  (a file that is run and prints, not a package)
"""How closely the reading in a browser follows the one in Python.

The same decoded pixels go to the engine of the service and, as gray PNG, to the worker of the
built page in a headless browser: scores, maps, embedding, distance and place in the map of cases
are compared for every image. Ends with 1 where the two differ by more than the bounds.

Run: `RAIOX_DATASETS=... .venv/bin/python benchmarks/browser.py --n 200 --out docs/evidence/browser.md`
"""

import argparse
import base64
import io
import random
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from raiox.entities import EngineResult, Prediction, Radiograph
from raiox.inference.local import LocalEngine
from raiox.intake import Intake
from raiox.manifest import MANIFEST_FILE, read_rows
from raiox.settings import Settings
from raiox.web.app import BUILT_PAGE
from raiox.web.site.export import export_site

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
ISOLATED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
BOUNDS = {"scores": 1e-3, "maps": 1e-2}
CODES = ("outcome", "finding", "findings_set", "uncertainty", "positioning", "neighbours")
PAGE = """# The reading in the browser beside the one in Python

Research use. Not a medical device.

Written by `benchmarks/browser.py`: {n} random images of `valid`, decoded once by `raiox.intake`,
read by `raiox.inference` and, as gray PNG, by the worker of the built page in headless Chromium
(WebAssembly with SIMD, one thread). Scores, shares and maps are compared before they are rounded;
`place` is that in the map of cases, which is rounded to 0.001. What reading in the browser costs
stands in [a page of its own](browser-cost.md).

{table}
"""
HARNESS = """
async ([worker, nThreads]) => {
  const catalogue = await (await fetch('device.json')).json();
  const reader = new Worker(worker, { type: 'module' });
  globalThis.answer = (message, transfer) => new Promise((resolve, reject) => {
    reader.onmessage = ({ data }) => {
      if (['opened', 'read', 'refused'].includes(data.kind)) resolve(data);
      if (data.kind === 'failed') reject(new Error(data.reason));
    };
    reader.onerror = (event) => reject(new Error(event.message));
    reader.postMessage(message, transfer ?? []);
  });
  const opened = performance.now();
  await answer({ kind: 'open', base: location.href, catalogue, nThreads });
  return performance.now() - opened;
}
"""
READ = """
async (encoded) => {
  const content = Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0)).buffer;
  const started = performance.now();
  const { kind, refusal, decoded, reading } = await answer({ kind: 'read', content }, [content]);
  const ms = performance.now() - started;
  if (kind !== 'read') return { refusal };
  const prediction = reading.prediction && {
    ...reading.prediction,
    maps: Object.values(reading.prediction.maps).map(({ width, height, values }) => ({
      width, height, values: Array.from(values) })),
    embedding: Array.from(reading.prediction.embedding),
  };
  return { reading: { ...reading, prediction }, ms, notes: decoded.notes };
}
"""


class IsolatedHandler(SimpleHTTPRequestHandler):
    """Files with the two headers that let a page compute in several threads."""

    def end_headers(self) -> None:
        """Add them."""
        for name, value in ISOLATED.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve_site(settings: Settings) -> Iterator[tuple[str, str]]:
    """The exported site; yields its address and the path of the worker."""
    with TemporaryDirectory() as folder:
        export_site(Path(folder), BUILT_PAGE, settings)
        handler = partial(IsolatedHandler, directory=folder)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            [worker] = Path(folder, "assets").glob("device-worker-*.js")
            yield f"http://127.0.0.1:{server.server_port}/", f"assets/{worker.name}"
            server.shutdown()


@contextmanager
def open_browser(address: str, worker: str, n_threads: int) -> Iterator[tuple[Page, float]]:
    """A page whose worker has opened the networks, and how long that took in milliseconds."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_page()
        page.goto(address)
        page.wait_for_load_state("networkidle")
        yield page, page.evaluate(HARNESS, [worker, n_threads])
        browser.close()


def read_radiographs(settings: Settings, n: int) -> list[tuple[str, Radiograph]]:
    """Random images of `valid`, decoded, by name."""
    assert settings.datasets, "RAIOX_DATASETS names no folder"
    rows = read_rows(settings.datasets / "chest" / MANIFEST_FILE)
    rows = [row for row in rows if row["split"] == "valid"]
    with Intake(settings.intake) as intake:
        chosen = random.Random(0).sample(rows, n)  # noqa: S311 - a choice, no secret
        return [(row["image"], intake.load(row.path.read_bytes())) for row in chosen]


def as_png(radiograph: Radiograph) -> str:
    """The pixels without loss, base64."""
    file = io.BytesIO()
    Image.fromarray(radiograph.pixels).save(file, "PNG", compress_level=1)
    return base64.b64encode(file.getvalue()).decode()


def compare(here: EngineResult, there: dict[str, Any]) -> dict[str, float]:
    """Largest difference of each kind; 1 where a code differs."""
    reading, verdict = there["reading"], here.filter_result
    found = {
        "frontal": abs(verdict.frontal - reading["filter"]["frontal"]),
        "quality": abs((verdict.quality or 0) - (reading["filter"]["quality"] or 0)),
        "outcome": differ(
            here.rejection and here.rejection.code,
            reading["rejection"] and reading["rejection"]["code"],
        ),
    }
    if here.prediction is None or reading["prediction"] is None:
        return found
    return found | compare_predictions(here.prediction, reading["prediction"])


def compare_predictions(here: Prediction, there: dict[str, Any]) -> dict[str, float]:
    """The same of what the classifier said."""
    maps = np.array([one["values"] for one in there["maps"]]).reshape(here.activation_maps.shape)
    situation, xyz = there["situation"], here.embedding_xyz or ()
    return {
        "scores": max(abs(here.scores[f] - there["scores"][f]) for f in here.scores),
        "maps": float(np.abs(maps - here.activation_maps).max()),
        "embedding": float(np.abs(np.array(there["embedding"]) - here.embedding).max()),
        "distance": abs((here.distance or 0) - (there["distance"] or 0)),
        "place": float(np.abs(np.subtract(xyz, situation["xyz"])).max()),
        "in_lungs": max(
            abs((share or 0) - (there["evidenceInLungs"][f] or 0))
            for f, share in here.evidence_in_lungs.items()
        ),
        "finding": differ(here.finding, there["finding"]),
        "findings_set": differ(list(here.findings_set), there["findingsSet"]),
        "uncertainty": differ(here.uncertainty, there["uncertainty"]),
        "positioning": differ(list(here.positioning), there["positioning"]),
        "neighbours": differ(
            [one.image for one in here.neighbours],
            [one["image"] for one in situation["neighbours"]],
        ),
    }


def differ(here: object, there: object) -> float:
    """1 where two values are not the same."""
    return float(here != there)


def measure(settings: Settings, n: int) -> list[dict[str, float]]:
    """The differences of every image."""
    engine = LocalEngine.open(settings.inference)
    differences = []
    with serve_site(settings) as (address, worker), open_browser(address, worker, 1) as (page, _):
        for name, radiograph in read_radiographs(settings, n):
            [here] = engine.predict([radiograph])
            assert isinstance(here, EngineResult), here
            found = compare(here, page.evaluate(READ, as_png(radiograph)))
            differences.append(found)
            if beyond := {
                key: value for key, value in found.items() if value > BOUNDS.get(key, 0.5)
            }:
                print(f"{name}: {beyond}")
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
    bounds = BOUNDS | dict.fromkeys(CODES, 0.0)
    sys.exit(any(one.get(key, 0) > bound for one in differences for key, bound in bounds.items()))


if __name__ == "__main__":
    main()
