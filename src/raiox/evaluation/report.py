"""The figures of one bundle on labelled cases, as data, Markdown and CSV.

Comparisons inside a source that holds two findings stand beside the overall
ones: across sources, a network may score the hospital instead of the lungs.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from raiox.bundle import BundleManifest
from raiox.evaluation.answers import Answers
from raiox.evaluation.metrics import (
    Figure,
    Indices,
    auc,
    balanced_accuracy,
    bootstrapped,
    macro_auc,
    proportion,
    sensitivity,
    specificity,
)
from raiox.evaluation.sources import inside_sources
from raiox.vocabulary import ImageKind

Report = dict[str, Figure]

TABLE_1: dict[tuple[str, ...], int] = {
    (ImageKind.FRONTAL,): 300,
    (ImageKind.ROTATED_90, ImageKind.ROTATED_180, ImageKind.ROTATED_270): 100,
    (ImageKind.NONPULMONARY_XRAY,): 100,
    (ImageKind.NATURAL, ImageKind.DOCUMENT): 100,
}
"""Test images of the paper's filter, by what they show."""


def report(answers: Answers, manifest: BundleManifest) -> Report:
    """Every figure of a bundle on these cases, by name."""
    if manifest.role == "frontal_filter":
        return dict(_filter_figures(answers, manifest))
    return dict(_classifier_figures(answers, manifest))


def to_markdown(figures: Report) -> str:
    """A table of the figures with their intervals."""
    lines = ["| figure | value | 95 % interval | cases |", "|---|---|---|---|"]
    lines += [
        f"| {name} | {f.value:.4f} | {f.low:.4f} - {f.high:.4f} | {f.n} |"
        for name, f in figures.items()
    ]
    return "\n".join(lines) + "\n"


def to_csv(answers: Answers, manifest: BundleManifest) -> str:
    """One line a case: image, source, group, label and the score of every label."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["image", "source", "group_id", "label", *manifest.labels])
    for case, scores in zip(answers.cases, answers.scores, strict=True):
        row = [case.path.name, case.source, case.group_id, case.label]
        writer.writerow([*row, *(f"{score:.5f}" for score in scores)])
    return file.getvalue()


def _classifier_figures(answers: Answers, manifest: BundleManifest) -> Iterator[tuple[str, Figure]]:
    scores, labels = answers.scores, answers.labels
    yield (
        "macro one-vs-rest AUC",
        bootstrapped(lambda drawn: macro_auc(scores[drawn], labels[drawn]), answers.groups),
    )
    for k, name in enumerate(manifest.labels):
        truth = labels == k
        yield f"AUC {name} vs rest", _auc(answers, scores[:, k], truth)
        point = manifest.operating_points[name]
        answered = scores[:, k] >= point.threshold
        yield f"sensitivity {name}", sensitivity(answered, truth)
        yield f"specificity {name}", specificity(answered, truth)
    yield from inside_sources(
        manifest.labels, answers.sources, answers.groups, labels, answers.logits
    )
    if manifest.set_threshold is not None:
        kept = scores >= manifest.set_threshold
        kept[np.arange(len(labels)), scores.argmax(axis=1)] = True
        covered = kept[np.arange(len(labels)), labels]
        yield "label lies in the findings set", proportion(int(covered.sum()), len(labels))
        alone = kept.sum(axis=1) == 1
        yield "answered with one finding", proportion(int(alone.sum()), len(labels))
        right = covered & alone
        yield "right when answered with one", proportion(int(right.sum()), int(alone.sum()))


def _filter_figures(answers: Answers, manifest: BundleManifest) -> Iterator[tuple[str, Figure]]:
    scores, labels = answers.scores, answers.labels
    frontal = manifest.labels.index(ImageKind.FRONTAL)
    threshold = manifest.operating_points[ImageKind.FRONTAL].threshold
    accepted = (scores.argmax(axis=1) == frontal) & (scores[:, frontal] >= threshold)
    truth = labels == frontal
    yield (
        "balanced accuracy, upright frontal vs rest",
        bootstrapped(
            lambda drawn: balanced_accuracy(accepted[drawn], truth[drawn]), answers.groups
        ),
    )
    yield "AUC upright frontal vs rest", _auc(answers, scores[:, frontal], truth)
    yield "upright frontal accepted", sensitivity(accepted, truth)
    for k, name in enumerate(manifest.labels):
        if k != frontal:
            of_kind = labels == k
            yield f"{name} refused", specificity(accepted[of_kind], truth[of_kind])
    for k, name in enumerate(manifest.labels):
        named = scores[labels == k].argmax(axis=1) == k
        yield f"{name} named rightly", proportion(int(named.sum()), len(named))
    for source in np.unique(answers.sources):
        here = answers.sources == source
        right = accepted[here] == truth[here]
        yield f"right decision, {source}", proportion(int(right.sum()), int(here.sum()))
        if (films := here & truth).any():
            told = f"upright frontal accepted, {source}"
            yield told, proportion(int(accepted[films].sum()), int(films.sum()))
    drawn = compose([manifest.labels[k] for k in labels], TABLE_1)
    if drawn is not None:
        right = accepted[drawn] == truth[drawn]
        yield (
            "accuracy, composition of the paper's Table 1",
            proportion(int(right.sum()), len(drawn)),
        )


def compose(labels: Sequence[str], parts: Mapping[tuple[str, ...], int]) -> Indices | None:
    """Indices of a test set with so many cases of each group of labels; None if there are fewer."""
    random = np.random.default_rng(0)
    drawn = []
    for group, n in parts.items():
        found = np.flatnonzero(np.isin(labels, group))
        if len(found) < n:
            return None
        drawn.append(random.choice(found, size=n, replace=False))
    return np.concatenate(drawn)


def _auc(answers: Answers, scores: np.ndarray, truth: np.ndarray) -> Figure:
    return bootstrapped(lambda drawn: auc(scores[drawn], truth[drawn]), answers.groups)
