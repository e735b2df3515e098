"""A report's curves as pictures, by the name of their file, labelled in every language."""

from math import ceil
from typing import Any

from raiox.lab.evaluation.report.report import Report
from raiox.lab.evaluation.report.reported_metrics import joined, label_name
from raiox.lab.evaluation.report.svg import Line, Plot, to_svg
from raiox.vocabulary import LANGUAGES

DIAGONAL = Line("", ((0, 0), (1, 1)), faint=True)


def plots(report: Report) -> dict[str, str]:
    """SVG by name: roc, pr, reliability, decision, risk_coverage."""
    curves = report.curves
    drawn = {
        "roc": _roc(curves["roc"]),
        "pr": _precision_recall(curves["pr"]),
        "reliability": _reliability(curves["reliability"]),
        "decision": _decision(curves["decision"]),
        "risk_coverage": _risk_coverage(curves["risk_coverage"]),
    }
    return {name: to_svg(plot) for name, plot in drawn.items()}


def _roc(by_label: dict[str, Any]) -> Plot:
    return Plot(
        joined("plot.roc"),
        joined("axis.false_positive_rate"),
        joined("axis.sensitivity"),
        [*(Line(_name(label), points) for label, points in by_label.items()), DIAGONAL],
    )


def _precision_recall(by_label: dict[str, Any]) -> Plot:
    return Plot(
        joined("plot.pr"),
        joined("axis.sensitivity"),
        joined("axis.ppv"),
        [Line(_name(label), points) for label, points in by_label.items()],
    )


def _reliability(by_label: dict[str, Any]) -> Plot:
    lines = [
        Line(
            _name(label),
            [(b["mean_score"], b["observed"], b["low"], b["high"]) for b in bins],
            dotted=True,
        )
        for label, bins in by_label.items()
    ]
    return Plot(
        joined("plot.reliability"),
        joined("axis.mean_score"),
        joined("axis.observed"),
        [*lines, DIAGONAL],
    )


def _decision(by_label: dict[str, Any]) -> Plot:
    lines = [Line(_name(label), points) for label, points in by_label.items()]
    treat_all = [
        Line("", [(p[0], p[2]) for p in points], faint=True) for points in by_label.values()
    ]
    top = max((max(p[1], p[2]) for points in by_label.values() for p in points), default=1.0)
    return Plot(
        joined("plot.decision"),
        joined("axis.threshold"),
        joined("axis.net_benefit"),
        [*lines, *treat_all],
        x_range=(0.0, 0.6),
        y_range=(0.0, _up_to(top, 0.25)),
    )


def _risk_coverage(points: list[list[float]]) -> Plot:
    top = max((risk for _, risk in points), default=1.0)
    return Plot(
        joined("plot.risk_coverage"),
        joined("axis.coverage"),
        joined("axis.risk"),
        [Line("", points)],
        y_range=(0.0, _up_to(top, 0.05)),
    )


def _up_to(value: float, step: float) -> float:
    """The next multiple of a step, so that ticks are round numbers."""
    return step * max(1, ceil(value / step))


def _name(label: str) -> str:
    return " · ".join(dict.fromkeys(label_name(label, language) for language in LANGUAGES))
