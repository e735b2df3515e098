"""`raiox calibrate`: the thresholds of a bundle, chosen anew on `valid`."""

from pathlib import Path
from typing import Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import require_paths
from raiox.cli.options import StoredPredictions
from raiox.cli.predictor import predictor

MIN_COVERAGE, MAX_COVERAGE = 0.5, 0.999


def calibrate(
    bundle: Annotated[Path, typer.Argument(help="Folder of the bundle; its manifest is replaced.")],
    coverage: Annotated[
        float,
        typer.Option(
            min=MIN_COVERAGE,
            max=MAX_COVERAGE,
            help="Share of a data set left out whose findings set must hold the label; a lower one gives "
            "fewer uncertain answers and more wrong ones.",
        ),
    ] = 0.95,
    predictions: StoredPredictions = None,
) -> None:
    """Choose temperature, operating points and thresholds anew on `valid`.

    The thresholds of the findings set are those at which data sets left out of the calibration in
    turn are covered. The network is not changed.

    Example: `raiox calibrate my-models/mobilenet --predictions predictions/`
    """
    settings = read_settings()
    require_paths(bundle)

    from raiox.intake import Intake
    from raiox.lab.evaluation.calibrate import calibrate as calibrate_bundle

    with Intake(settings.intake) as intake:
        predict_valid = predictor(settings, intake, "valid", predictions)
        manifest = calibrate_bundle(bundle, predict_valid, coverage)
    chosen = {"temperature", "operating_points", "abnormal_first", "set_threshold", "set_coverage"}
    typer.echo(manifest.model_dump_json(indent=2, include=chosen))
