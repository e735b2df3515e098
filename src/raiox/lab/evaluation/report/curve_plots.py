"""A report's curves as pictures, by the name of their file."""

from math import ceil
from typing import Any

from raiox.lab.evaluation.report.report import Report
from raiox.lab.evaluation.report.reported_metrics import word
from raiox.lab.evaluation.report.svg import Line, Plot, to_svg

DIAGONAL = Line("", ((0, 0), (1, 1)), faint=True)


def plots(report: Report) -> dict[str, str]:
    """SVG by name: roc, pr, reliability, decision, risk_coverage."""
    told = report.curves
    drawn = {
        "roc": _roc(told["roc"]),
        "pr": _precision_recall(told["pr"]),
        "reliability": _reliability(told["reliability"]),
        "decision": _decision(told["decision"]),
        "risk_coverage": _risk(told["risk_coverage"]),
    }
    return {name: to_svg(plot) for name, plot in drawn.items()}


def _roc(by_label: dict[str, Any]) -> Plot:
    return Plot(
        "ROC",
        "1 - specificity · 1 - especificidade",
        "sensitivity · sensibilidade",
        [*(Line(_name(label), points) for label, points in by_label.items()), DIAGONAL],
    )


def _precision_recall(by_label: dict[str, Any]) -> Plot:
    return Plot(
        "Precision-recall · Precisão-revocação",
        "sensitivity · sensibilidade",
        "PPV · VPP",
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
        "Reliability · Confiabilidade",
        "mean score · escore médio",
        "share with the label · parte com o rótulo",
        [*lines, DIAGONAL],
    )


def _decision(by_label: dict[str, Any]) -> Plot:
    lines = [Line(_name(label), points) for label, points in by_label.items()]
    everybody = [
        Line("", [(p[0], p[2]) for p in points], faint=True) for points in by_label.values()
    ]
    top = max((max(p[1], p[2]) for points in by_label.values() for p in points), default=1.0)
    return Plot(
        "Decision · Decisão (gray: everybody · cinza: todos)",
        "threshold · limiar",
        "net benefit · benefício líquido",
        [*lines, *everybody],
        x_range=(0.0, 0.6),
        y_range=(0.0, _up_to(top, 0.25)),
    )


def _risk(points: list[list[float]]) -> Plot:
    top = max((risk for _, risk in points), default=1.0)
    return Plot(
        "Risk-coverage · Risco-cobertura",
        "share answered · parte respondida",
        "share of them wrong · parte errada",
        [Line("", points)],
        y_range=(0.0, _up_to(top, 0.05)),
    )


def _up_to(value: float, step: float) -> float:
    """The next multiple of a step, so that ticks are round numbers."""
    return step * max(1, ceil(value / step))


def _name(label: str) -> str:
    words = word(label)
    return words["en"] if words["en"] == words["pt"] else f"{words['en']} · {words['pt']}"
