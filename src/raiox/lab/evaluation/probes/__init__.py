"""Tests that need more than a network's predictions: each probe gives one section of a report."""

from collections.abc import Mapping
from typing import Final

from raiox.lab.evaluation.probes.baselines import baseline_metrics
from raiox.lab.evaluation.probes.context import Probe, ProbeContext
from raiox.lab.evaluation.probes.out_of_distribution import out_of_distribution_metrics
from raiox.lab.evaluation.probes.saliency import saliency_metrics
from raiox.lab.evaluation.probes.shortcuts import shortcut_metrics

CLASSIFIER_PROBES: Final[Mapping[str, Probe]] = {
    "baselines": baseline_metrics,
    "shortcuts": shortcut_metrics,
    "saliency": saliency_metrics,
    "out_of_distribution": out_of_distribution_metrics,
}
FILTER_PROBES: Final[Mapping[str, Probe]] = {"out_of_distribution": out_of_distribution_metrics}

__all__ = ["CLASSIFIER_PROBES", "FILTER_PROBES", "Probe", "ProbeContext"]
