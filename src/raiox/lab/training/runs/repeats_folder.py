"""The output of a series of runs: tables, curves, `repeats.json` and `repeats.md`."""

import json
from collections.abc import Sequence
from pathlib import Path

from raiox.lab.evaluation import seeds_report
from raiox.lab.metrics.seeds import to_document
from raiox.lab.tables import to_csv, to_latex
from raiox.lab.training.runs.curve_figures import draw_curves
from raiox.lab.training.runs.learning_curves import read_curves
from raiox.lab.training.runs.repeats import Repeats
from raiox.lab.training.runs.run_metadata import read_run_metadata
from raiox.lab.training.runs.run_process import SPLIT
from raiox.vocabulary import NOTICE

SHARED = ("code_version", "data_sha256", "split_sha256", "torch", "precision")
"""What the runs of a series should have in common."""


def write_repeats(repeats: Repeats, out: Path) -> None:
    """Tables, figures and `repeats.json`; the folder is made, its files are replaced."""
    out.mkdir(parents=True, exist_ok=True)
    series, found, paper = repeats.series, repeats.figures, repeats.paper
    tables = {
        "table4": seeds_report.confusion_table(series, paper),
        "table5": seeds_report.spread_table(series, found, paper),
    }
    for name, table in tables.items():
        (out / f"{name}.csv").write_text(to_csv(table), encoding="utf-8")
        (out / f"{name}.tex").write_text(to_latex(table, f"tab:{name}"), encoding="utf-8")
    further = seeds_report.further_table(series, found, paper)
    runs = [_run(folder) for folder in repeats.folders]
    page = seeds_report.to_page(
        repeats.recipe.name,
        [*tables.values(), further, seeds_report.runs_table(runs)],
        (*(paper.remarks if paper else ()), *_warnings(runs)),
    )
    (out / "repeats.md").write_text(page, encoding="utf-8")
    document = {**_document(repeats), "runs": runs}
    text = json.dumps(document, indent=2, ensure_ascii=False)
    (out / "repeats.json").write_text(text + "\n", encoding="utf-8")
    draw_curves([read_curves(folder) for folder in repeats.folders], out)


def _document(repeats: Repeats) -> dict[str, object]:
    series = repeats.series
    return {
        "notice": NOTICE,
        "recipe": repeats.recipe.name,
        "task": repeats.recipe.task,
        "outputs": series.outputs,
        "split": SPLIT,
        "n_runs": series.n_runs,
        "n_cases": len(series.labels),
        "n_groups": series.n_groups,
        "confusion_sum": series.confusions.sum(axis=0).tolist(),
        "confusions": series.confusions.tolist(),
        "figures": to_document(repeats.figures),
        "paper": repeats.paper and repeats.paper.values,
        "remarks": repeats.paper.remarks if repeats.paper else (),
    }


def _run(folder: Path) -> dict[str, object]:
    """The provenance of a run, as far as its folder has it."""
    metadata = read_run_metadata(folder)
    known = {name: metadata.get(name, "") for name in ("seed", *SHARED)}
    epochs = max(read_curves(folder)["epoch"])
    return {"run": folder.name, "epochs": epochs, **known}


def _warnings(runs: Sequence[dict[str, object]]) -> list[str]:
    return [
        f"**These runs differ in {name}**: their spread is not of the seed alone."
        for name in SHARED
        if len({run[name] for run in runs}) > 1
    ]
