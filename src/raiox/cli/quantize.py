"""`raiox quantize`: a bundle in 8 bits, if it answers as before."""

from pathlib import Path
from typing import Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import require_extra, require_folder, require_paths
from raiox.cli.options import StoredPredictions
from raiox.cli.predictor import bundle_folder, predictor
from raiox.cli.train import TRAINING_MODULES


def quantize(
    bundle: Annotated[
        Path, typer.Argument(help="Folder of a bundle, or the name of a shipped one.")
    ],
    out: Annotated[Path, typer.Argument(help="Folder of the new bundle; replaced if it exists.")],
    predictions: StoredPredictions = None,
) -> None:
    """Write a classifier that computes in 8 bits, unless it answers worse on `valid`.

    Its macro AUC may fall by 0.002, a sensitivity or specificity by half a point, and its activation
    maps must correlate by 0.98; else nothing is written. What it lost stands in its manifest.

    Example: `raiox quantize mobilenet my-models/mobilenet_int8 --predictions predictions/`
    """
    require_extra("train", *TRAINING_MODULES)
    settings = read_settings()
    folder = bundle_folder(bundle)
    require_paths(folder)
    require_folder(out.absolute().parent)

    from raiox.bundle import open_bundle
    from raiox.intake import Intake
    from raiox.lab.evaluation.samples import samples_of
    from raiox.lab.training.export.quantization import quantize_bundle

    manifest = open_bundle(folder).manifest
    with Intake(settings.intake) as intake:
        lost = quantize_bundle(
            folder,
            out,
            lambda split: samples_of(manifest, split, settings.datasets),
            intake.load,
            predictor(settings, intake, "valid", predictions),
        )
    typer.echo(lost.model_dump_json(indent=2))
