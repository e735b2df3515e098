"""How closely the reading in a browser follows the one in Python, and what it costs.

The same decoded pixels go to the engine of the service and, as gray PNG, to the worker of the
built page in a headless browser: scores, maps, embedding, distance and place in the map of cases
are compared for every image, and time and memory are measured with one and two threads.

Run: `RAIOX_DATASETS=... .venv/bin/python benchmarks/browser.py --n 200 --out docs/evidence/browser.md`
"""

import argparse
import base64
import io
import json
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from raiox.entities import EngineResult, Radiograph
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
N_THREADS = (1, 2)
MEBIBYTE = 2**20
BOUNDS = {"scores": 1e-3, "maps": 1e-2}
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
        chosen = random.Random(0).sample(rows, n)
        return [(row["image"], intake.load(row.path.read_bytes())) for row in chosen]


def as_png(radiograph: Radiograph) -> str:
    """The pixels without loss, base64."""
    file = io.BytesIO()
    Image.fromarray(radiograph.pixels).save(file, "PNG", compress_level=1)
    return base64.b64encode(file.getvalue()).decode()


def compare(here: EngineResult, there: dict[str, Any]) -> dict[str, float]:
    """Largest difference of each kind; 1 where a finding or an outcome differs."""
    reading = there["reading"]
    verdict, prediction, other = here.filter_result, here.prediction, reading["prediction"]
    found = {
        "frontal": abs(verdict.frontal - reading["filter"]["frontal"]),
        "quality": abs((verdict.quality or 0) - (reading["filter"]["quality"] or 0)),
        "outcome": float(
            (here.rejection and here.rejection.code)
            != (reading["rejection"] and reading["rejection"]["code"])
        ),
    }
    if prediction is None or other is None:
        return found
    maps = np.array([one["values"] for one in other["maps"]]).reshape(
        prediction.activation_maps.shape
    )
    uncertainty = prediction.uncertainty and str(prediction.uncertainty)
    return found | {
        "scores": max(abs(prediction.scores[f] - other["scores"][f]) for f in prediction.scores),
        "maps": float(np.abs(maps - prediction.activation_maps).max()),
        "embedding": float(np.abs(np.array(other["embedding"]) - prediction.embedding).max()),
        "distance": abs((prediction.distance or 0) - (other["distance"] or 0)),
        "xyz": float(
            np.abs(np.subtract(prediction.embedding_xyz or (), other["situation"]["xyz"])).max()
        ),
        "lungs": max(
            abs((prediction.evidence_in_lungs[f] or 0) - (other["evidenceInLungs"][f] or 0))
            for f in prediction.evidence_in_lungs
        ),
        "finding": float(prediction.finding != other["finding"]),
        "findings_set": float(list(prediction.findings_set) != other["findingsSet"]),
        "uncertainty": float(uncertainty != other["uncertainty"]),
        "positioning": float(list(prediction.positioning) != other["positioning"]),
        "neighbours": float(
            [n.image for n in prediction.neighbours]
            != [n["image"] for n in other["situation"]["neighbours"]]
        ),
    }


def measure(settings: Settings, n: int, report: Callable[[str], None]) -> dict[str, Any]:
    """Differences of every image, and times."""
    radiographs = read_radiographs(settings, n)
    engine = LocalEngine.open(settings.inference)
    differences, python_ms = [], []
    times: dict[int, dict[str, Any]] = {}
    with serve_site(settings) as (address, worker):
        for n_threads in N_THREADS:
            with open_browser(address, worker, n_threads) as (page, opened_ms):
                took, heaps = [], []
                for name, radiograph in radiographs if n_threads == 1 else radiographs[:50]:
                    there = page.evaluate(READ, as_png(radiograph))
                    took.append(there["ms"])
                    if n_threads > 1:
                        continue
                    started = time.perf_counter()
                    [here] = engine.predict([radiograph])
                    python_ms.append((time.perf_counter() - started) * 1e3)
                    assert isinstance(here, EngineResult), here
                    differences.append(compare(here, there))
                    worst = {k: v for k, v in differences[-1].items() if v > BOUNDS.get(k, 0.5)}
                    if worst:
                        report(f"{name}: {worst}")
                heaps.append(page.evaluate("performance.memory?.usedJSHeapSize ?? 0"))
                times[n_threads] = {
                    "opened_ms": opened_ms,
                    "median_ms": float(np.median(took)),
                    "p95_ms": float(np.quantile(took, 0.95)),
                }
    return {"differences": differences, "times": times, "python_ms": float(np.median(python_ms))}


def main() -> None:
    """Measure, and write the page of evidence."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    measured = measure(Settings(), options.n, print)
    keys = list(dict.fromkeys(key for one in measured["differences"] for key in one))
    for key in keys:
        values = [one[key] for one in measured["differences"] if key in one]
        print(
            f"{key:14} n={len(values)} max={max(values):.2e} p99={np.quantile(values, 0.99):.2e} n>0.5={sum(v > 0.5 for v in values)}"
        )
    print(json.dumps({k: v for k, v in measured.items() if k != "differences"}, indent=1))


if __name__ == "__main__":
    main()
