"""`raiox calibrate`: the thresholds of a bundle, chosen anew on `valid`."""

from pathlib import Path
from typing import Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import require_paths
from raiox.cli.options import StoredPredictions
from raiox.cli.predictor import predictor


def calibrate(
    bundle: Annotated[Path, typer.Argument(help="Folder of the bundle; its manifest is replaced.")],
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
        manifest = calibrate_bundle(bundle, predictor(settings, intake, "valid", predictions))
    chosen = {"temperature", "operating_points", "abnormal_first", "set_threshold", "set_coverage"}
    typer.echo(manifest.model_dump_json(indent=2, include=chosen))
