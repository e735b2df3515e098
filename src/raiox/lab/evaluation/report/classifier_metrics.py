"""The figures of a classifier's answers, section by section.

Comparisons inside a source that holds two findings stand beside the overall ones:
across sources, a network may score the hospital instead of the lungs.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from raiox.bundle import BundleManifest
from raiox.inference.session import calibrated
from raiox.lab.evaluation.predictions import Predictions
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, Section, text
from raiox.lab.evaluation.report.subgroups import subgroup_metrics
from raiox.lab.metrics.calibration import brier, calibration_error, log_loss
from raiox.lab.metrics.decisions import f1, npv, ppv, sensitivity, specificity
from raiox.lab.metrics.intervals import (
    Estimate,
    bootstrap_estimate,
    bootstrap_estimates,
    proportion,
)
from raiox.lab.metrics.ranking import auc_estimate, auc_estimates, average_precision
from raiox.lab.metrics.within_dataset import within_dataset_pairs

Measure = Callable[[Predictions, BundleManifest], Metrics]

PREVALENCES: Final = (2, 5, 10, 30)
"""In percent: a screening, a general ward, an outbreak, its peak."""


def overall(predictions: Predictions, _: BundleManifest) -> Metrics:
    """One figure for all labels at once."""
    scores, labels = predictions.scores, predictions.labels
    right = scores.argmax(axis=1) == labels
    macro = auc_estimates(scores, labels, predictions.groups)[0]
    name = text("AUC, média dos rótulos contra o resto", "macro one-vs-rest AUC")
    yield ReportedMetric("auc.macro", "overall", name, macro)
    name = text("acurácia", "accuracy")
    yield ReportedMetric("accuracy", "overall", name, proportion(int(right.sum()), len(right)))
    balanced = bootstrap_estimate(
        lambda drawn: float(np.mean([right[drawn][labels[drawn] == k].mean()
                                     for k in np.unique(labels[drawn])])),
        predictions.groups,
    )  # fmt: skip
    name = text("acurácia, cada rótulo por igual", "accuracy, each label alike")
    yield ReportedMetric("balanced_accuracy", "overall", name, balanced)


def by_label(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """Ranking of each label against the rest, and what naming the likeliest gives."""
    scores, likeliest = predictions.scores, predictions.scores.argmax(axis=1)
    for k, label in enumerate(manifest.labels):
        truth = predictions.labels == k
        precision = bootstrap_estimate(
            lambda drawn, s=scores[:, k], t=truth: average_precision(  # type: ignore[misc]
                s[drawn], t[drawn]
            ),
            predictions.groups,
        )
        areas = (auc_estimate(scores[:, k], truth, predictions.groups), precision)
        for key, area in zip(("auc", "auprc"), areas, strict=True):
            name = text(
                f"{key.upper()} {{x}} contra o resto", f"{key.upper()} {{x}} vs rest", x=label
            )
            yield ReportedMetric(f"{key}.{label}", "findings", name, area)
        yield from _of_answers(likeliest == k, truth, predictions, label, "findings")


def within_dataset_auc(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """Pairs of labels that one source holds."""
    for dataset, a, b, estimate in within_dataset_pairs(
        predictions.datasets, predictions.groups, predictions.labels, predictions.logits
    ):
        low, high = manifest.labels[a], manifest.labels[b]
        name = text(
            f"AUC {{high}} contra {{low}}, dentro de {dataset}",
            f"AUC {{high}} vs {{low}}, inside {dataset}",
            high=high,
            low=low,
        )
        yield ReportedMetric(f"auc.{high}_vs_{low}.{dataset}", "within_dataset", name, estimate)


def operating_points(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """What each finding's frozen threshold gives, and false alarms where there can be no hit."""
    for k, label in enumerate(manifest.labels):
        answered = predictions.scores[:, k] >= manifest.operating_points[label].threshold
        truth = predictions.labels == k
        yield from _of_answers(answered, truth, predictions, label, "operating_points")
        for dataset in np.unique(predictions.datasets):
            here = predictions.datasets == dataset
            if not truth[here].any():
                share = proportion(int(answered[here].sum()), int(here.sum()))
                name = text(
                    f"alarmes falsos de {{x}} em {dataset}, que não tem nenhum caso",
                    f"false alarms of {{x}} in {dataset}, which holds no case of it",
                    x=label,
                )
                key = f"false_alarms.{label}.{dataset}"
                yield ReportedMetric(key, "operating_points", name, share)


def by_prevalence(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """Predictive values at the operating points where the finding is rarer or commoner.

    By Bayes from sensitivity and specificity, which are taken to be what they are here.
    """
    for k, label in enumerate(manifest.labels):
        answered = predictions.scores[:, k] >= manifest.operating_points[label].threshold
        told = bootstrap_estimates(
            lambda drawn, a=answered, t=predictions.labels == k: _predictive_values(  # type: ignore[misc]
                a[drawn], t[drawn]
            ),
            predictions.groups,
        )
        keys = [(measure, p) for p in PREVALENCES for measure in ("ppv", "npv")]
        for (measure, percent), estimate in zip(keys, told, strict=True):
            short = {"ppv": ("VPP", "PPV"), "npv": ("VPN", "NPV")}[measure]
            name = text(
                f"{short[0]} {{x}} a {percent} % de prevalência",
                f"{short[1]} {{x}} at {percent} % prevalence",
                x=label,
            )
            yield ReportedMetric(f"{measure}.{label}.at_{percent}", "prevalence", name, estimate)


def calibration(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """Gaps between scores and shares, before and after the temperature."""
    stages = (("before", 1.0, "antes da temperatura", "before temperature"),
              ("after", manifest.temperature, "com a temperatura", "with temperature"))  # fmt: skip
    for key, temperature, pt, en in stages:
        scores, labels = calibrated(predictions.logits, temperature), predictions.labels
        right = scores.argmax(axis=1) == labels
        names = [("ece", text(f"ECE do achado mais provável, {pt}",
                              f"ECE of the likeliest finding, {en}")),
                 ("brier", text(f"Brier, {pt}", f"Brier, {en}")),
                 ("log_loss", text(f"perda logarítmica, {pt}", f"log-loss, {en}"))]  # fmt: skip
        names += [(f"ece.{label}", text(f"ECE de {{x}}, {pt}", f"ECE of {{x}}, {en}", x=label))
                  for label in manifest.labels]  # fmt: skip
        told = bootstrap_estimates(
            lambda drawn, s=scores, r=right, t=temperature: (  # type: ignore[misc]
                calibration_error(s[drawn].max(axis=1), r[drawn]),
                brier(s[drawn], labels[drawn]),  # noqa: B023 - the same in both stages
                log_loss(predictions.logits[drawn], labels[drawn], t),  # noqa: B023 - as above
                *(calibration_error(s[drawn, k], labels[drawn] == k)  # noqa: B023 - as above
                  for k in range(s.shape[1])),
            ),
            predictions.groups,
        )  # fmt: skip
        for (measure, name), estimate in zip(names, told, strict=True):
            yield ReportedMetric(f"{measure}.{key}", "calibration", name, estimate)


def sets(predictions: Predictions, manifest: BundleManifest) -> Metrics:
    """Whether the findings set holds the label, how large it is, how often it is one."""
    if manifest.set_threshold is None:
        return
    scores, labels = predictions.scores, predictions.labels
    own = np.arange(len(labels))
    kept = scores >= manifest.set_threshold
    kept[own, scores.argmax(axis=1)] = True
    covered, size = kept[own, labels], kept.sum(axis=1)
    alone = size == 1
    name = text("o rótulo está no conjunto de achados", "label lies in the findings set")
    yield ReportedMetric("coverage", "sets", name, _share(covered))
    for k, label in enumerate(manifest.labels):
        name = text("o rótulo {x} está no conjunto", "label {x} lies in the set", x=label)
        yield ReportedMetric(f"coverage.{label}", "sets", name, _share(covered[labels == k]))
    if (promised := manifest.set_coverage) is not None:
        gap = bootstrap_estimate(
            lambda drawn: abs(float(covered[drawn].mean()) - promised), predictions.groups
        )
        name = text(
            "distância da cobertura prometida, em módulo", "distance from the coverage promised"
        )
        yield ReportedMetric("coverage.gap", "sets", name, gap)
    mean_size = bootstrap_estimate(lambda drawn: float(size[drawn].mean()), predictions.groups)
    name = text("achados no conjunto, em média", "findings in the set, on average")
    yield ReportedMetric("set_size", "sets", name, mean_size)
    name = text("respondidos com um só achado", "answered with one finding")
    yield ReportedMetric("single", "sets", name, _share(alone))
    name = text("respondidos com `incerto`", "answered with `uncertain`")
    yield ReportedMetric("uncertain", "sets", name, _share(~alone))
    name = text("certos quando respondidos com um só", "right when answered with one")
    yield ReportedMetric("right_when_single", "sets", name, _share(covered[alone]))


MEASURES: Final[Mapping[Section, Measure]] = {
    "overall": overall,
    "findings": by_label,
    "within_dataset": within_dataset_auc,
    "operating_points": operating_points,
    "prevalence": by_prevalence,
    "calibration": calibration,
    "sets": sets,
    "subgroups": subgroup_metrics,
}


def _of_answers(
    answered: npt.NDArray[np.bool_],
    truth: npt.NDArray[np.bool_],
    predictions: Predictions,
    label: str,
    section: Section,
) -> Metrics:
    """Sensitivity, specificity, PPV, NPV, F1; keys tell likeliest from operating point."""
    at_point = section == "operating_points"
    prefix = "point." if at_point else ""
    harmonic = bootstrap_estimate(
        lambda drawn: f1(answered[drawn], truth[drawn]), predictions.groups
    )
    rows = (
        ("sensitivity", "sensibilidade", "sensitivity", sensitivity(answered, truth)),
        ("specificity", "especificidade", "specificity", specificity(answered, truth)),
        ("ppv", "VPP", "PPV", ppv(answered, truth)),
        ("npv", "VPN", "NPV", npv(answered, truth)),
        ("f1", "F1", "F1", harmonic),
    )
    how = (", no ponto de operação", ", at the operating point") if at_point else ("", "")
    for key, pt, en, estimate in rows:
        name = text(f"{pt} {{x}}{how[0]}", f"{en} {{x}}{how[1]}", x=label)
        yield ReportedMetric(f"{prefix}{key}.{label}", section, name, estimate)


def _predictive_values(
    answered: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]
) -> list[float]:
    """PPV and NPV at each of PREVALENCES, by turns; NaN where a resample lacks a kind."""
    if truth.all() or not truth.any():
        return [float("nan")] * 2 * len(PREVALENCES)
    hits, passes = float(answered[truth].mean()), float((~answered[~truth]).mean())
    told = []
    for percent in PREVALENCES:
        p = percent / 100
        alarms = hits * p + (1 - passes) * (1 - p)
        calm = passes * (1 - p) + (1 - hits) * p
        told += [hits * p / alarms if alarms else float("nan"),
                 passes * (1 - p) / calm if calm else float("nan")]  # fmt: skip
    return told


def _share(chosen: npt.NDArray[np.bool_]) -> Estimate:
    return proportion(int(chosen.sum()), len(chosen))
