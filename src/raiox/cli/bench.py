"""`raiox bench`: how long each step of one analysis takes on this machine, or how fast a recipe trains."""

import io
import json
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import typer

from raiox.cli.bench_training import N_STEPS, NSteps, StageIndex, Trained, TrainedOn, bench_training
from raiox.cli.configuration import read_settings
from raiox.cli.language import say
from raiox.cli.machine import machine_conditions
from raiox.cli.options import AsJson, SpokenLanguage
from raiox.cli.progress import progress_bar

if TYPE_CHECKING:
    from raiox.intake import Intake
    from raiox.settings import InferenceSettings

SIDE_PX = 1_024
N_ROUNDS, N_WARM_UP = 40, 5
RUNTIMES = {"cpu": "onnxruntime", "cuda": "onnxruntime-gpu", "openvino": "openvino"}
"""The distribution that computes, by backend."""

Steps = dict[str, Callable[[], object]]


def bench(
    recipe: Trained = None,
    stage: StageIndex = None,
    device: TrainedOn = None,
    n_steps: NSteps = None,
    as_json: AsJson = False,
    language: SpokenLanguage = None,
) -> None:
    """Measure each step of an analysis on this machine, or with --train how fast a recipe trains.

    Training is measured with random weights and without teachers, in a temporary folder.

    Example: `raiox bench --train recipes/mobilenet_short.py --stage 0`
    """
    del language  # its callback has set it
    if recipe is not None:
        bench_training(recipe, stage, device or "cpu", n_steps or N_STEPS, as_json=as_json)
        return
    given = {"--stage": stage, "--device": device, "--steps": n_steps}
    if of_training := [option for option, value in given.items() if value is not None]:
        options = ", ".join(of_training)
        raise typer.BadParameter(say("options_need", options=options, needed="--train"))
    settings = read_settings()

    from raiox.inference.installed_models import InstalledModels
    from raiox.intake import Intake

    inference = InstalledModels(settings.inference, settings.data_dir).in_use()
    conditions = conditions_of(inference)
    with Intake(settings.intake) as intake:
        steps = _measure(_steps(intake, inference))
    if as_json:
        typer.echo(json.dumps({**conditions, "steps": steps}))
        return
    typer.echo(", ".join(f"{name} {value}" for name, value in conditions.items()))
    typer.echo(say("bench_title", side_px=SIDE_PX))
    width = max(map(len, steps))
    typer.echo(f"{'':{width}}  {'p50 ms':>9}  {'p95 ms':>9}")
    for name, times in steps.items():
        typer.echo(f"{name:{width}}  {times['p50_ms']:9.1f}  {times['p95_ms']:9.1f}")


def conditions_of(settings: "InferenceSettings") -> dict[str, Any]:
    """What the times depend on."""
    from raiox.bundle import open_bundle
    from raiox.inference.local import SHIPPED_MODELS

    folder = settings.models_dir or SHIPPED_MODELS
    return {
        "filter": open_bundle(folder / settings.filter_bundle).manifest.id,
        "classifier": open_bundle(folder / settings.classifier_bundle).manifest.id,
        "runtime": f"{RUNTIMES[settings.backend]} {version(RUNTIMES[settings.backend])}",
        "backend": settings.backend,
        "threads": settings.n_threads,
        **machine_conditions(),
    }


def _steps(intake: "Intake", settings: "InferenceSettings") -> Steps:
    import numpy as np
    from PIL import Image

    from raiox.bundle import open_bundle
    from raiox.entities import Radiograph
    from raiox.inference.classifier import Classifier
    from raiox.inference.frontal_filter import FrontalFilter
    from raiox.inference.heatmap import render
    from raiox.inference.local import SHIPPED_MODELS, LocalEngine
    from raiox.phantom import draw_phantom

    folder = settings.models_dir or SHIPPED_MODELS
    threads, backend = settings.n_threads, settings.backend
    frontal_filter = FrontalFilter(open_bundle(folder / settings.filter_bundle), threads, backend)
    classifier = Classifier(open_bundle(folder / settings.classifier_bundle), threads, backend)
    png = drawn_png(SIDE_PX)
    radiograph = intake.load(png)
    prediction = classifier.predict([radiograph])[0]
    maps = getattr(prediction, "activation_maps", np.zeros((3, 40, 40), np.float32))
    engine, chest = LocalEngine.open(settings), Radiograph(draw_phantom(), "", "png")
    return {
        "Pillow alone, unchecked": lambda: np.asarray(Image.open(io.BytesIO(png)).convert("L")),
        "intake (sandboxed decode)": lambda: intake.load(png),
        "frontal filter": lambda: frontal_filter.classify([radiograph]),
        "classifier, maps and embedding": lambda: classifier.predict([radiograph]),
        "all networks, a drawn chest": lambda: engine.predict([chest]),
        "one heatmap PNG": lambda: render(maps[0], SIDE_PX, SIDE_PX),
    }


def _measure(steps: Steps) -> dict[str, dict[str, float]]:
    """All steps in turn, round after round, so that a noisy minute affects them all alike."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in progress_bar("progress_measuring")(range(N_ROUNDS + N_WARM_UP)):
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


def drawn_png(side_px: int) -> bytes:
    """Detector-like noise over a gradient: as hard to inflate as a radiograph."""
    import numpy as np
    from PIL import Image

    rows, columns = np.mgrid[:side_px, :side_px]
    noise = np.random.default_rng(0).normal(0, 4, (side_px, side_px))
    pixels = 120 + 90 * np.sin(columns / 180) * np.cos(rows / 260) + noise
    file = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()
