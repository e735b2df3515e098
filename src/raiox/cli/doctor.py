"""`raiox doctor`: what a service needs, checked one by one, each with its remedy."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from raiox.errors import RaioxError
from raiox.settings import Settings

MIN_FREE_BYTES = 500_000_000


def doctor() -> int:
    """Run every check; 0 if all are well."""
    console, settings = Console(), Settings()
    n_ill = 0
    for name, told, remedy in _examine(settings):
        n_ill += remedy is not None
        mark = "[green]ok[/]  " if remedy is None else "[red]ill[/] "
        console.print(f"{mark} {name}: {told}", highlight=False)
        if remedy is not None:
            console.print(f"     -> {remedy}", highlight=False)
    return 1 if n_ill else 0


def _examine(settings: Settings) -> Iterator[tuple[str, str, str | None]]:
    for name, check, remedy in (
        (
            "models",
            _models,
            "reinstall raiox, or set RAIOX_INFERENCE__MODELS_DIR to intact bundles",
        ),
        ("decoder sandbox", _sandbox, "check the limits of processes and memory (ulimit -a)"),
        (
            "data folder",
            _data_dir,
            "set RAIOX_DATA_DIR to a folder you may write, on a disk with room",
        ),
        (
            "threads",
            _threads,
            "set RAIOX_INFERENCE__N_THREADS to the cores of this machine or fewer",
        ),
        ("page", _page, "run `make setup`, which builds the page"),
    ):
        try:
            yield name, check(settings), None
        except (RaioxError, OSError, ValueError) as error:
            yield name, str(error), remedy


def _models(settings: Settings) -> str:
    from raiox.inference.local import LocalEngine

    engine = LocalEngine.open(settings.inference)
    return ", ".join(f"{model.id} ({model.sha256[:12]})" for model in engine.models.values())


def _sandbox(settings: Settings) -> str:
    from raiox.intake import Intake

    with Intake(settings.intake) as intake:
        radiograph = intake.load(_drawn_png())
    return f"decoded {radiograph.pixels.shape[1]} x {radiograph.pixels.shape[0]} px"


def _data_dir(settings: Settings) -> str:
    folder = settings.data_dir.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise ValueError(f"{folder} cannot be written")
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        raise ValueError(f"{folder} has only {free // 1_000_000} MB free")
    return f"{folder}, {free // 1_000_000_000} GB free"


def _threads(settings: Settings) -> str:
    wanted, cores = settings.inference.n_threads, os.cpu_count() or 1
    if wanted > cores:
        raise ValueError(f"{wanted} threads on {cores} cores")
    return f"{wanted} on {cores} cores"


def _page(_: Settings) -> str:
    page = Path(__file__).parent.parent / "web" / "page" / "index.html"
    if not page.is_file():
        raise ValueError("not built")
    return "built"


def _drawn_png() -> bytes:
    import io

    import numpy as np
    from PIL import Image

    gradient = np.tile(np.arange(256, dtype=np.uint8), (256, 1))
    file = io.BytesIO()
    Image.fromarray(gradient).save(file, "PNG")
    return file.getvalue()
