"""What a bundle says of the labelled images of a split, computed once."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from raiox.cli.progress import progress_bar

if TYPE_CHECKING:
    from raiox.bundle import Bundle
    from raiox.intake import Intake
    from raiox.lab.evaluation.predictions import Predictions
    from raiox.settings import Settings


def bundle_folder(named: Path) -> Path:
    """The folder itself, else that of the shipped bundle of this name, as reports quote it."""
    if named.exists() or len(named.parts) != 1:
        return named
    from raiox.inference.local import SHIPPED_MODELS

    shipped = SHIPPED_MODELS / named
    return shipped if shipped.is_dir() else named


def predictor(
    settings: "Settings",
    intake: "Intake",
    split: str,
    stored: Path | None = None,
    manifest: Path | None = None,
    labels: Path | None = None,
) -> "Callable[[Bundle], Predictions]":
    """A function of a bundle to its predictions.

    Args:
        settings: where the data sets are, and the threads of a pass.
        intake: reads the images.
        split: of the labelled images.
        stored: folder of predictions; read where they are, else written.
        manifest: labelled images of one's own.
        labels: file that maps their labels.
    """
    from raiox.lab.evaluation.predictions import predict
    from raiox.lab.evaluation.samples import samples_of
    from raiox.lab.evaluation.stored_predictions import predict_once

    n_threads, bar = settings.inference.n_threads, progress_bar("progress_predicting")

    def predicted(bundle: "Bundle") -> "Predictions":
        samples = samples_of(bundle.manifest, split, settings.datasets, manifest, labels)
        return predict_once(
            bundle, samples, stored, lambda: predict(bundle, samples, intake.load, n_threads, bar)
        )

    return predicted
