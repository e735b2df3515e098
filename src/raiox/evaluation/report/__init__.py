"""The report of a bundle: figures by section, curves, limits, and who writes them how."""

from raiox.evaluation.report.document import (
    Asked,
    CardFigures,
    Report,
    card_figures,
    make_report,
    to_json,
)
from raiox.evaluation.report.html import to_html
from raiox.evaluation.report.markdown import figures_table, to_markdown
from raiox.evaluation.report.named import NamedFigure
from raiox.evaluation.report.plots import plots
from raiox.evaluation.report.predictions import to_csv

__all__ = [
    "Asked",
    "CardFigures",
    "NamedFigure",
    "Report",
    "card_figures",
    "figures_table",
    "make_report",
    "plots",
    "to_csv",
    "to_html",
    "to_json",
    "to_markdown",
]
