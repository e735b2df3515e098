"""`raiox bench`: how long each step of one analysis takes on this machine."""

import io
import json
import statistics
import time
from collections.abc import Callable

import numpy as np
import typer
from PIL import Image
from rich.console import Console
from rich.progress import track
from rich.table import Table

from raiox.bundle import open_bundle
from raiox.cli.failure import reported
from raiox.inference.classifier import Classifier
from raiox.inference.frontal_filter import FrontalFilter
from raiox.inference.heatmap import render
from raiox.inference.local import SHIPPED_MODELS
from raiox.intake import Intake
from raiox.settings import InferenceSettings, Settings

SIDE_PX = 1_024
N_ROUNDS, N_WARM_UP = 40, 5

Steps = dict[str, Callable[[], object]]


def bench(as_json: bool) -> None:
    """Measure, then print a table or one JSON object."""
    settings = Settings()
    with reported(), Intake(settings.intake) as intake:
        figures = _measure(_steps(intake, settings.inference))
    if as_json:
        typer.echo(json.dumps(figures))
        return
    table = Table("step", "p50 ms", "p95 ms", title=f"one {SIDE_PX} x {SIDE_PX} PNG, warm")
    for name, told in figures.items():
        table.add_row(name, f"{told['p50_ms']:.1f}", f"{told['p95_ms']:.1f}")
    Console().print(table)


def _steps(intake: Intake, settings: InferenceSettings) -> Steps:
    folder = settings.models_dir or SHIPPED_MODELS
    threads, backend = settings.n_threads, settings.backend
    frontal_filter = FrontalFilter(open_bundle(folder / settings.filter_bundle), threads, backend)
    classifier = Classifier(open_bundle(folder / settings.classifier_bundle), threads, backend)
    png = _drawn_png()
    radiograph = intake.load(png)
    prediction = classifier.predict([radiograph])[0]
    evidence = getattr(prediction, "activation_maps", np.zeros((3, 40, 40), np.float32))
    return {
        "Pillow alone, unchecked": lambda: np.asarray(Image.open(io.BytesIO(png)).convert("L")),
        "intake (sandboxed decode)": lambda: intake.load(png),
        "frontal filter": lambda: frontal_filter.classify([radiograph]),
        "classifier, maps and embedding": lambda: classifier.predict([radiograph]),
        "one heatmap PNG": lambda: render(evidence[0], SIDE_PX, SIDE_PX),
    }


def _measure(steps: Steps) -> dict[str, dict[str, float]]:
    """All steps in turn, round after round: a noisy minute meets them all alike."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    console = Console(stderr=True)
    for _ in track(range(N_ROUNDS + N_WARM_UP), "Measuring", console=console, transient=True):
        for name, step in steps.items():
            started = time.perf_counter()
            step()
            times[name].append((time.perf_counter() - started) * 1e3)
    warm = {name: sorted(taken[N_WARM_UP:]) for name, taken in times.items()}
    return {
        name: {
            "p50_ms": round(statistics.median(taken), 2),
            "p95_ms": round(taken[int(0.95 * (len(taken) - 1))], 2),
        }
        for name, taken in warm.items()
    }


def _drawn_png() -> bytes:
    """Detector-like noise over a gradient: as hard to inflate as a film."""
    rows, columns = np.mgrid[:SIDE_PX, :SIDE_PX]
    noise = np.random.default_rng(0).normal(0, 4, (SIDE_PX, SIDE_PX))
    pixels = 120 + 90 * np.sin(columns / 180) * np.cos(rows / 260) + noise
    file = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()
