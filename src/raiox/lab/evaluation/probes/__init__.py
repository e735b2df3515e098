"""Tests that ask a network more than its answers: one probe, one section of the report."""

from collections.abc import Mapping
from typing import Final

from raiox.lab.evaluation.probes.baselines import baseline_figures
from raiox.lab.evaluation.probes.context import Probe, ProbeContext
from raiox.lab.evaluation.probes.out_of_distribution import foreign_figures
from raiox.lab.evaluation.probes.saliency import saliency_figures
from raiox.lab.evaluation.probes.shortcuts import shortcut_figures

OF_CLASSIFIER: Final[Mapping[str, Probe]] = {
    "baselines": baseline_figures,
    "shortcuts": shortcut_figures,
    "saliency": saliency_figures,
    "out_of_distribution": foreign_figures,
}
OF_FILTER: Final[Mapping[str, Probe]] = {"out_of_distribution": foreign_figures}

__all__ = ["OF_CLASSIFIER", "OF_FILTER", "Probe", "ProbeContext"]
