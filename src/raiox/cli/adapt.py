"""`raiox adapt`: a bundle whose batch norms are those of one hospital."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import require_extra, require_folder, require_paths
from raiox.cli.language import say
from raiox.cli.predictor import bundle_folder
from raiox.cli.progress import progress_bar
from raiox.cli.train import TRAINING_MODULES

if TYPE_CHECKING:
    from raiox.entities import GrayArray
    from raiox.settings import Settings

MAX_RADIOGRAPHS = 2_000
"""More change nothing that counts, and are all in memory."""


def adapt(
    bundle: Annotated[
        Path, typer.Argument(help="Folder of a bundle, or the name of a shipped one.")
    ],
    radiographs: Annotated[
        Path, typer.Argument(help="Folder of 100 or more radiographs of one hospital.")
    ],
    out: Annotated[Path, typer.Argument(help="Folder of the new bundle; replaced if it exists.")],
) -> None:
    """Fit a classifier to one hospital, with radiographs from there and without labels.

    Its batch norms are re-estimated; weights and thresholds stay. At data sets left out this raised the
    AUC; whether it does at your hospital, only labelled radiographs show (`raiox compare`). What is no
    frontal radiograph is left out.

    Example: `raiox adapt mobilenet radiographs/ my-models/mobilenet`
    """
    require_extra("train", *TRAINING_MODULES)
    settings = read_settings()
    folder = bundle_folder(bundle)
    require_paths(folder, radiographs)
    require_folder(out.absolute().parent)

    import numpy as np

    from raiox.bundle import open_bundle
    from raiox.lab.training.export.adaptation import adapt_bundle
    from raiox.preprocessing import network_input

    spec = open_bundle(folder).manifest.preprocessing
    frontal = islice(_frontal(radiographs, settings), MAX_RADIOGRAPHS)
    inputs = [network_input(pixels, spec) for pixels in frontal]
    empty = np.zeros((0, 1, spec.side_px, spec.side_px), np.float32)
    done = adapt_bundle(folder, out, np.stack(inputs) if inputs else empty)
    typer.echo(say("adapted", out=str(out), n_images=done.n_images))


def _frontal(folder: Path, settings: "Settings") -> "Iterator[GrayArray]":
    """What the networks see of each radiograph in a folder that the filter accepts."""
    from raiox.cli.batch.inputs import find_files, read_content
    from raiox.errors import RaioxError
    from raiox.inference.local import LocalEngine
    from raiox.inference.margins import content
    from raiox.intake import Intake

    engine, files = LocalEngine.open(settings.inference), find_files([folder])
    with Intake(settings.intake) as intake:
        for i in progress_bar("progress_reading")(range(len(files))):
            try:
                found = read_content(files[i], settings.intake.max_upload_bytes)
                radiograph = intake.load(found)
            except RaioxError:
                continue
            [result] = engine.predict([radiograph])
            if not isinstance(result, RaioxError) and result.rejection is None:
                yield content(radiograph.pixels)
