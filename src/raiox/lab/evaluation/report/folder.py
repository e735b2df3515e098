"""The files of a report: JSON, Markdown, HTML, curves as SVG and one row per prediction."""

import json
from pathlib import Path

from raiox.bundle import Bundle
from raiox.lab.evaluation.predictions import Predictions
from raiox.lab.evaluation.report.curve_plots import plots
from raiox.lab.evaluation.report.html import to_html
from raiox.lab.evaluation.report.markdown import to_markdown
from raiox.lab.evaluation.report.predictions_csv import to_csv
from raiox.lab.evaluation.report.report import Report, to_json


def write_report(folder: Path, bundle: Bundle, predictions: Predictions, report: Report) -> None:
    """Write all of them, replacing those of an earlier report."""
    pictures = plots(report)
    contents = {
        "report.json": json_text(report),
        "report.md": to_markdown(report, pictures=pictures),
        "report.html": to_html(report),
        "predictions.csv": to_csv(predictions, bundle.manifest),
    }
    contents |= {f"{name}.svg": picture for name, picture in pictures.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")


def json_text(report: Report) -> str:
    """report.json as it is stored."""
    return json.dumps(to_json(report), ensure_ascii=False, indent=1) + "\n"
