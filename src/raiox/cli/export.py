"""`raiox export`: from a finished run to a bundle."""

from pathlib import Path
from typing import Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import require_extra, require_folder, require_paths
from raiox.cli.progress import progress_bar
from raiox.cli.train import TRAINING_MODULES


def export(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    out: Annotated[Path, typer.Argument(help="Folder of the new bundle; replaced if it exists.")],
    open_test: Annotated[
        bool,
        typer.Option(
            "--open-test", help="Report results on `test`, not `valid`: once, at the end."
        ),
    ] = False,
) -> None:
    """Turn a run into a bundle: ONNX graph, thresholds chosen on `valid`, card.

    Example: `raiox export runs/frontal_filter-seed0 src/raiox/models/frontal_filter`
    """
    require_extra("train", *TRAINING_MODULES)
    settings = read_settings()
    require_paths(run)
    require_folder(out.absolute().parent)

    from raiox.intake import Intake
    from raiox.lab.training.export.bundle_export import export_run

    with Intake(settings.intake) as intake:
        n_threads = settings.inference.n_threads
        bar = progress_bar("progress_predicting")
        export_run(run, out, settings.datasets, intake.load, n_threads, bar, open_test=open_test)
    typer.echo(out)
