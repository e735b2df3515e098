"""Recipes side by side: the gain of each change, on known data sets and on ones left out.

Every recipe is trained on everything and once more without each data set that is left out, which its
start and its teachers never see either. Metrics come from `valid`, and from the training and validation
splits of a data set left out, so choosing by them leaves every `test` closed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from raiox.lab.aliases import Floats, Mask, Names
from raiox.lab.metrics.calibration import SHARPEST, calibration_error, fit_temperature
from raiox.lab.metrics.intervals import (
    Estimate,
    bootstrap_estimate,
    mean_estimate,
    proportion_true,
)
from raiox.lab.metrics.ood import Scored, unseen_dataset_estimates
from raiox.lab.metrics.ranking import macro_auc
from raiox.lab.metrics.thresholds import choose_operating_point
from raiox.lab.metrics.within_dataset import within_dataset_auc
from raiox.lab.training.context import TrainingContext, is_finished
from raiox.lab.training.data.examples import HELD_OUT
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.recipe_files import find_recipe
from raiox.lab.training.runs.predictions import Predictions, read_predictions
from raiox.lab.training.runs.train import train
from raiox.vocabulary import ImageKind

Figures = dict[str, Estimate]

WITHOUT = "-without-"
FRONTAL = str(ImageKind.FRONTAL)


@dataclass(frozen=True)
class RecipeComparison:
    """The metrics of one recipe, and its gain in macro AUC on `valid` over the first recipe."""

    name: str
    figures: Figures
    gain: Estimate | None
    """None for the first recipe itself."""


def compare(
    recipes: Sequence[Recipe],
    left_out: Sequence[Sequence[str]],
    files: Sequence[Path],
    context: TrainingContext,
    seed: int = 0,
) -> Iterator[RecipeComparison]:
    """Train what is missing, and measure each recipe.

    Args:
        recipes: the others are compared with the first.
        left_out: data sets that are left out together, one run each.
        files: where to find the recipes that these depend on (`find_recipe`).
        context: where the runs lie.
        seed: of every run.

    Raises:
        DataSetMissingError, RecipeError: as `train`.
    """
    first: Predictions | None = None
    for recipe in recipes:
        run = train_with_dependencies(recipe, files, context, seed)
        valid = read_predictions(run / "predictions-valid.csv")
        figures = dict(in_domain_metrics(valid))
        mirrored = run / "predictions-valid-mirrored.csv"
        if mirrored.is_file():
            figures["macro AUC, averaged with the mirror image"] = _macro_auc(
                read_predictions(mirrored)
            )
        runs = [
            train_with_dependencies(recipe.held_out(*datasets), files, context, seed)
            for datasets in left_out
        ]
        figures |= _unseen_figures(runs)
        yield RecipeComparison(recipe.name, figures, None if first is None else _gain(first, valid))
        first = first or valid


def train_with_dependencies(
    recipe: Recipe, files: Sequence[Path], context: TrainingContext, seed: int
) -> Path:
    """The run of a recipe; missing runs that it depends on are trained first."""
    for needed in dependencies(recipe, files, context, seed):
        train_with_dependencies(needed, files, context, seed)
    return train(recipe, context, seed, resume=True)


def dependencies(
    recipe: Recipe, files: Sequence[Path], context: TrainingContext, seed: int
) -> Iterator[Recipe]:
    """Recipes without a run that a recipe builds on."""
    for name in recipe.depends_on:
        if not is_finished(context.earlier_run(name, seed)):
            plain, _, datasets = name.partition(WITHOUT)
            needed = find_recipe(plain, files)
            yield needed.held_out(*datasets.split("+")) if datasets else needed


def in_domain_metrics(valid: Predictions) -> Iterator[tuple[str, Estimate]]:
    """Metrics on `valid` of the data sets that trained the network."""
    yield "macro AUC", _macro_auc(valid)
    if FRONTAL not in valid.outputs:
        groups, datasets = valid.column("group_id"), valid.column("dataset")
        yield from within_dataset_auc(valid.outputs, datasets, groups, valid.labels, valid.logits)


def _unseen_figures(runs: Iterable[Path]) -> Figures:
    figures: Figures = {}
    for run in runs:
        held_out, valid = (
            read_predictions(run / f"predictions-{p}.csv") for p in (HELD_OUT, "valid")
        )
        figures |= dict(unseen_metrics(held_out, valid))
        unseen = held_out.where(held_out.column("split") != "test")
        figures |= dict(unseen_dataset_estimates(valid.outputs, _scored(valid), _scored(unseen)))
        if FRONTAL not in valid.outputs:
            figures |= dict(_calibration(unseen, valid))
    areas = [figure for name, figure in figures.items() if name.startswith("AUC")]
    return {"mean AUC, unseen": mean_estimate(areas), **figures} if areas else figures


def unseen_metrics(held_out: Predictions, valid: Predictions) -> Iterator[tuple[str, Estimate]]:
    """Metrics on data sets that trained nothing (external validation).

    For findings: AUC within each data set, and the recall of each label. For the frontal filter: the
    share of images rightly accepted or rejected, at the operating point chosen on `valid` of the data
    sets it was trained on.
    """
    unseen = held_out.where(held_out.column("split") != "test")
    datasets, groups = unseen.column("dataset"), unseen.column("group_id")
    if FRONTAL in unseen.outputs:
        yield from _decision_rates(unseen, valid)
        return
    for name, figure in within_dataset_auc(
        unseen.outputs, datasets, groups, unseen.labels, unseen.logits
    ):
        yield f"{name}, unseen", figure
    predicted = unseen.logits.argmax(axis=1)
    for dataset in np.unique(datasets):
        for k, output in enumerate(unseen.outputs):
            recalled = predicted[(datasets == dataset) & (unseen.labels == k)] == k
            if len(recalled):
                name = f"recall of {output}, {dataset}, unseen"
                yield name, proportion_true(recalled)


def _calibration(unseen: Predictions, valid: Predictions) -> Iterator[tuple[str, Estimate]]:
    """Calibration error with the temperature that `valid` gives, sharpening allowed or not."""
    datasets = "+".join(np.unique(unseen.column("dataset")))
    right = unseen.logits.argmax(axis=1) == unseen.labels
    for name, sharpest in (("any temperature", SHARPEST), ("temperature >= 1", 1.0)):
        logits = unseen.logits / fit_temperature(valid.logits, valid.labels, sharpest)
        highest = Predictions(unseen.outputs, unseen.samples, logits).scores.max(axis=1)
        figure = _ece(highest, right, unseen.column("group_id"))
        yield f"calibration error, {name}, {datasets}, unseen", figure


def _ece(highest: Floats, right: Mask, groups: Names) -> Estimate:
    return bootstrap_estimate(lambda drawn: calibration_error(highest[drawn], right[drawn]), groups)


def _decision_rates(unseen: Predictions, valid: Predictions) -> Iterator[tuple[str, Estimate]]:
    frontal = unseen.outputs.index(FRONTAL)
    threshold = choose_operating_point(valid.scores[:, frontal], valid.labels == frontal).threshold
    accepted = unseen.logits.argmax(axis=1) == frontal
    accepted &= unseen.scores[:, frontal] >= threshold
    datasets, labels = unseen.column("dataset"), unseen.column("label")
    for dataset in np.unique(datasets):
        for label in np.unique(labels[datasets == dataset]):
            right = accepted[(datasets == dataset) & (labels == label)] == (label == FRONTAL)
            verb = "accepted" if label == FRONTAL else "rejected"
            name = f"{label} {verb}, {dataset}, unseen"
            yield name, proportion_true(right)


def _scored(predictions: Predictions) -> Scored:
    groups, datasets = predictions.column("group_id"), predictions.column("dataset")
    return Scored(predictions.scores, predictions.labels, groups, datasets)


def _macro_auc(predictions: Predictions) -> Estimate:
    labels, scores = predictions.labels, predictions.scores
    return bootstrap_estimate(
        lambda drawn: macro_auc(scores[drawn], labels[drawn]), predictions.column("group_id")
    )


def _gain(first: Predictions, other: Predictions) -> Estimate:
    """Paired: both recipes are measured on the same resampled images."""
    labels, a, b = first.labels, first.scores, other.scores
    return bootstrap_estimate(
        lambda drawn: macro_auc(b[drawn], labels[drawn]) - macro_auc(a[drawn], labels[drawn]),
        first.column("group_id"),
    )
