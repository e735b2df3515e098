"""The reading of the built page, driven file by file in a headless browser, beside that of Python."""

import base64
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from playwright.sync_api import Page

from raiox.entities import EngineResult, FloatArray, LungOcclusion, Prediction
from raiox.settings import Settings
from raiox.web.app import BUILT_PAGE
from raiox.web.site.export import export_site

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""Programs of the same browser; the first one draws no windows and takes half the processor time."""

CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), "")
ISOLATED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
BOUNDS: Mapping[str, float] = {
    "scores": 1e-3,
    "maps": 1e-2,
    "lungs": 1e-2,
    "in_lungs": 1e-3,
    "lung_extent": 1e-2,
    "scores_without_lungs": 1e-3,
}
CODES = ("outcome", "finding", "findings_set", "uncertainty", "positioning", "neighbours")
OPEN = """
async ([worker, nThreads]) => {
  const catalogue = await (await fetch('device.json')).json();
  const reader = new Worker(worker, { type: 'module' });
  globalThis.answer = (message, transfer) => new Promise((resolve, reject) => {
    reader.onmessage = ({ data }) => {
      if (['opened', 'read', 'occluded', 'refused'].includes(data.kind)) resolve(data);
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
async ([encoded, wantsPixels]) => {
  const content = Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0)).buffer;
  const started = performance.now();
  const { kind, refusal, decoded, reading, pictures } = await answer({ kind: 'read', content }, [content]);
  const ms = performance.now() - started;
  if (kind !== 'read') return { refusal };
  globalThis.kept = pictures.image;
  const listed = ({ width, height, values }) => ({ width, height, values: Array.from(values) });
  const prediction = reading.prediction && {
    ...reading.prediction,
    maps: Object.values(reading.prediction.maps).map(listed),
    lungs: reading.prediction.lungs && listed(reading.prediction.lungs),
    embedding: Array.from(reading.prediction.embedding),
  };
  const encode = (array) => new Promise((resolve) => {
    const file = new FileReader();
    file.onload = () => resolve(file.result.slice(file.result.indexOf(',') + 1));
    file.readAsDataURL(new Blob([array]));
  });
  const { image, values, ...said } = decoded;
  const pixels = wantsPixels && { width: image.width, height: image.height,
    shades: await encode(image.pixels),
    samples: values && await encode(values.samples), scale: values && values.scale };
  return { reading: { ...reading, prediction }, ms, said, pixels };
}
"""
OCCLUDE = """
async () => {
  const { refusal, occlusion } = await answer({ kind: 'occlude', image: kept });
  return refusal ? { refusal } : occlusion;
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


def open_worker(page: Page, address: str, worker: str, n_threads: int = 1) -> float:
    """Open the networks in a worker of a page, and say how long that took in milliseconds."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return float(page.evaluate(OPEN, [worker, n_threads]))


def read(page: Page, content: bytes, *, wants_pixels: bool = False) -> dict[str, Any]:
    """Read one file: `reading`, `said` of the file, `ms`, and `pixels`; or `refusal`."""
    found = page.evaluate(READ, [base64.b64encode(content).decode(), wants_pixels])
    if pixels := found.get("pixels"):
        shape = pixels["height"], pixels["width"]
        pixels["shades"] = _array(pixels["shades"], np.uint8).reshape(shape)
        if pixels["samples"]:
            pixels["samples"] = _array(pixels["samples"], np.uint16).reshape(shape)
    return dict(found)


def occlude_lungs(page: Page) -> dict[str, Any]:
    """The scores of the picture read last, and those with its lungs hidden; or `refusal`."""
    return dict(page.evaluate(OCCLUDE))


def compare_occlusions(here: LungOcclusion, there: dict[str, Any]) -> dict[str, float]:
    """Largest difference of the scores with the lungs hidden, and without."""
    pairs = (here.scores, there["scores"]), (here.scores_without_lungs, there["scoresWithoutLungs"])
    differences = [abs(one[f] - other[f]) for one, other in pairs for f in one]
    return {"scores_without_lungs": max(differences)}


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
    return found | _compare_predictions(here.prediction, reading["prediction"])


def beyond(differences: Mapping[str, float]) -> dict[str, float]:
    """Those that are larger than allowed."""
    bounds = BOUNDS | dict.fromkeys(CODES, 0.0)
    return {key: value for key, value in differences.items() if value > bounds.get(key, 1.0)}


def _compare_predictions(here: Prediction, there: dict[str, Any]) -> dict[str, float]:
    maps = np.array([one["values"] for one in there["maps"]]).reshape(here.activation_maps.shape)
    situation, xyz = there["situation"], here.embedding_xyz or ()
    return {
        "scores": max(abs(here.scores[f] - there["scores"][f]) for f in here.scores),
        "maps": float(np.abs(maps - here.activation_maps).max()),
        "embedding": float(np.abs(np.array(there["embedding"]) - here.embedding).max()),
        "distance": abs((here.distance or 0) - (there["distance"] or 0)),
        "place": float(np.abs(np.subtract(xyz, situation["xyz"])).max()),
        "lungs": _difference(here.lungs, there["lungs"]),
        "in_lungs": max(
            abs((share or 0) - (there["evidenceInLungs"][f] or 0))
            for f, share in here.evidence_in_lungs.items()
        ),
        "lung_extent": max(
            (
                abs(share - there["lungExtent"][finding][zone])
                for finding, zones in here.lung_extent.items()
                for zone, share in zones.items()
            ),
            default=0.0,
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


def _difference(here: FloatArray | None, there: dict[str, Any] | None) -> float:
    """Of two maps; 1 where there is only one."""
    if here is None or there is None:
        return differ(here is None, there is None)
    return float(np.abs(here - np.array(there["values"]).reshape(here.shape)).max())


def differ(here: object, there: object) -> float:
    """1 where two values are not the same."""
    return float(here != there)


class Renderer:
    """The process in which a page and its workers compute."""

    def __init__(self) -> None:
        # A browser keeps an empty one in reserve.
        self._pid = max(_renderers(), key=_processor_ms)

    @property
    def processor_ms(self) -> float:
        """Of all its threads since it began."""
        return _processor_ms(self._pid)

    @property
    def resident_mib(self) -> float:
        """Memory that it holds now."""
        return self._mib("VmRSS")

    @property
    def largest_mib(self) -> float:
        """The same, at its highest."""
        return self._mib("VmHWM")

    def _mib(self, field: str) -> float:
        lines = Path(f"/proc/{self._pid}/status").read_text().splitlines()
        [kib] = [line.split()[1] for line in lines if line.startswith(field)]
        return int(kib) / 1024


def _processor_ms(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") * 1e3


def _renderers() -> Iterator[int]:
    """The renderers below this process."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if b"--type=renderer" in command and _is_ours(int(folder.name)):
            yield int(folder.name)


def _is_ours(pid: int) -> bool:
    while pid > 1:
        if pid == os.getpid():
            return True
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return False


def _array(encoded: str, dtype: Any) -> Any:
    return np.frombuffer(base64.b64decode(encoded), dtype)
