"""The report of a bundle: figures by section, curves, limits, and who writes them how."""

from raiox.lab.evaluation.report.curve_plots import plots
from raiox.lab.evaluation.report.html import to_html
from raiox.lab.evaluation.report.markdown import metrics_table, to_markdown
from raiox.lab.evaluation.report.predictions_csv import to_csv
from raiox.lab.evaluation.report.report import (
    Measurement,
    Report,
    card_metrics,
    make_report,
    to_json,
)
from raiox.lab.evaluation.report.reported_metrics import ReportedMetric

__all__ = [
    "Measurement",
    "Report",
    "ReportedMetric",
    "card_metrics",
    "make_report",
    "metrics_table",
    "plots",
    "to_csv",
    "to_html",
    "to_json",
    "to_markdown",
]
