"""Tests that ask a network more than its answers: one probe, one section of the report."""

from collections.abc import Mapping
from typing import Final

from raiox.lab.evaluation.probes.baselines import baseline_metrics
from raiox.lab.evaluation.probes.context import Probe, ProbeContext
from raiox.lab.evaluation.probes.out_of_distribution import out_of_distribution_metrics
from raiox.lab.evaluation.probes.saliency import saliency_metrics
from raiox.lab.evaluation.probes.shortcuts import shortcut_metrics

OF_CLASSIFIER: Final[Mapping[str, Probe]] = {
    "baselines": baseline_metrics,
    "shortcuts": shortcut_metrics,
    "saliency": saliency_metrics,
    "out_of_distribution": out_of_distribution_metrics,
}
OF_FILTER: Final[Mapping[str, Probe]] = {"out_of_distribution": out_of_distribution_metrics}

__all__ = ["OF_CLASSIFIER", "OF_FILTER", "Probe", "ProbeContext"]
