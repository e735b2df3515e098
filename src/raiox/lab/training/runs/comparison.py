"""Recipes side by side: what each change bought, at home and at a source never seen.

Every recipe is trained whole and once more without each source left out, from its
start and its teachers on. Only `valid` and the training and validation parts of a source
left out are asked, so that choosing by these figures leaves every `test` closed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from raiox.lab.aliases import Floats, Mask, Names
from raiox.lab.metrics.calibration import SHARPEST, calibration_error, fit_temperature
from raiox.lab.metrics.intervals import Estimate, bootstrap_estimate, mean_estimate, proportion
from raiox.lab.metrics.ood import Scored, unseen_dataset_estimates
from raiox.lab.metrics.ranking import macro_auc
from raiox.lab.metrics.thresholds import choose_operating_point
from raiox.lab.metrics.within_dataset import within_dataset_auc
from raiox.lab.training.data.examples import HELD_OUT
from raiox.lab.training.fit.fit import train
from raiox.lab.training.recipe import Recipe, load_recipe
from raiox.lab.training.runs.predictions import Predictions, read_predictions
from raiox.lab.training.runs.runs import TrainingContext
from raiox.vocabulary import ImageKind

Figures = dict[str, Estimate]

WITHOUT = "-without-"
FRONTAL = str(ImageKind.FRONTAL)


@dataclass(frozen=True)
class Compared:
    """One recipe's figures, and how far its macro AUC on `valid` lies above the first recipe's."""

    name: str
    figures: Figures
    gain: Estimate | None
    """None for the first recipe itself."""


def compare(
    recipes: Sequence[Recipe],
    left_out: Sequence[Sequence[str]],
    recipes_dir: Path,
    context: TrainingContext,
    seed: int = 0,
) -> Iterator[Compared]:
    """Train what is not trained yet, and tell each recipe's figures.

    Args:
        recipes: the first is what the others are compared with.
        left_out: sources that are left out together, one run each.
        shelf: folder of the recipes that these build on.
        place: where the runs lie.
        seed: of every run.

    Raises:
        DataSetMissingError, RecipeInvalidError: as `train`.
    """
    first: Predictions | None = None
    for recipe in recipes:
        run = train_with_needs(recipe, recipes_dir, context, seed)
        home = read_predictions(run / "predictions-valid.csv")
        figures = dict(in_domain_metrics(home))
        mirrored = run / "predictions-valid-mirrored.csv"
        if mirrored.is_file():
            figures["macro AUC, mirror image asked too"] = _macro_auc(read_predictions(mirrored))
        away = [
            train_with_needs(recipe.held_out(*sources), recipes_dir, context, seed)
            for sources in left_out
        ]
        figures |= _never_seen(away)
        yield Compared(recipe.name, figures, None if first is None else _gain(first, home))
        first = first or home


def train_with_needs(
    recipe: Recipe, recipes_dir: Path, context: TrainingContext, seed: int
) -> Path:
    """The run of a recipe; what it builds on is trained first where it is missing."""
    for name in recipe.builds_on:
        if not (context.earlier_run(name, seed) / "weights.safetensors").is_file():
            plain, _, sources = name.partition(WITHOUT)
            needed = load_recipe(recipes_dir / f"{plain}.py")
            needed = needed.held_out(*sources.split("+")) if sources else needed
            train_with_needs(needed, recipes_dir, context, seed)
    return train(recipe, context, seed, resume=True)


def in_domain_metrics(valid: Predictions) -> Iterator[tuple[str, Estimate]]:
    """On sources that trained it."""
    yield "macro AUC", _macro_auc(valid)
    if FRONTAL not in valid.outputs:
        groups, sources = valid.column("group_id"), valid.column("source")
        yield from within_dataset_auc(valid.outputs, sources, groups, valid.labels, valid.logits)


def _never_seen(runs: Iterable[Path]) -> Figures:
    figures: Figures = {}
    for run in runs:
        held_out, valid = (
            read_predictions(run / f"predictions-{p}.csv") for p in (HELD_OUT, "valid")
        )
        figures |= dict(unseen_metrics(held_out, valid))
        asked = held_out.where(held_out.column("part") != "test")
        figures |= dict(unseen_dataset_estimates(valid.outputs, _scored(valid), _scored(asked)))
        if FRONTAL not in valid.outputs:
            figures |= dict(_calibration(asked, valid))
    areas = [figure for name, figure in figures.items() if name.startswith("AUC")]
    return {"mean AUC, never seen": mean_estimate(areas), **figures} if areas else figures


def unseen_metrics(held_out: Predictions, valid: Predictions) -> Iterator[tuple[str, Estimate]]:
    """On sources that trained nothing.

    Of findings: AUC inside the source, and how many of each label are named. Of the frontal
    filter: how many images are rightly let in or refused, at the operating point that `valid` of
    the sources it was trained on gives.
    """
    asked = held_out.where(held_out.column("part") != "test")
    sources, groups = asked.column("source"), asked.column("group_id")
    if FRONTAL in asked.outputs:
        yield from _decisions(asked, valid)
        return
    for name, figure in within_dataset_auc(
        asked.outputs, sources, groups, asked.labels, asked.logits
    ):
        yield f"{name}, never seen", figure
    answered = asked.logits.argmax(axis=1)
    for source in np.unique(sources):
        for k, output in enumerate(asked.outputs):
            named = answered[(sources == source) & (asked.labels == k)] == k
            if len(named):
                told = f"{output} named, {source}, never seen"
                yield told, proportion(int(named.sum()), len(named))


def _calibration(asked: Predictions, valid: Predictions) -> Iterator[tuple[str, Estimate]]:
    """How far the scores lie from what happens, by temperatures that `valid` gives."""
    sources = "+".join(np.unique(asked.column("source")))
    right = asked.logits.argmax(axis=1) == asked.labels
    for told, sharpest in (("sharpened by valid", SHARPEST), ("never sharpened", 1.0)):
        logits = asked.logits / fit_temperature(valid.logits, valid.labels, sharpest)
        highest = Predictions(asked.outputs, asked.cases, logits).scores.max(axis=1)
        figure = _ece(highest, right, asked.column("group_id"))
        yield f"calibration error, {told}, {sources}, never seen", figure


def _ece(highest: Floats, right: Mask, groups: Names) -> Estimate:
    return bootstrap_estimate(lambda drawn: calibration_error(highest[drawn], right[drawn]), groups)


def _decisions(asked: Predictions, valid: Predictions) -> Iterator[tuple[str, Estimate]]:
    frontal = asked.outputs.index(FRONTAL)
    threshold = choose_operating_point(valid.scores[:, frontal], valid.labels == frontal).threshold
    accepted = asked.logits.argmax(axis=1) == frontal
    accepted &= asked.scores[:, frontal] >= threshold
    sources, labels = asked.column("source"), asked.column("label")
    for source in np.unique(sources):
        for label in np.unique(labels[sources == source]):
            right = accepted[(sources == source) & (labels == label)] == (label == FRONTAL)
            verb = "let in" if label == FRONTAL else "refused"
            told = f"{label} {verb}, {source}, never seen"
            yield told, proportion(int(right.sum()), len(right))


def _scored(predictions: Predictions) -> Scored:
    groups, sources = predictions.column("group_id"), predictions.column("source")
    return Scored(predictions.scores, predictions.labels, groups, sources)


def _macro_auc(predictions: Predictions) -> Estimate:
    labels, scores = predictions.labels, predictions.scores
    return bootstrap_estimate(
        lambda drawn: macro_auc(scores[drawn], labels[drawn]), predictions.column("group_id")
    )


def _gain(first: Predictions, other: Predictions) -> Estimate:
    """Paired: both recipes answer the same resampled cases."""
    labels, a, b = first.labels, first.scores, other.scores
    return bootstrap_estimate(
        lambda drawn: macro_auc(b[drawn], labels[drawn]) - macro_auc(a[drawn], labels[drawn]),
        first.column("group_id"),
    )
