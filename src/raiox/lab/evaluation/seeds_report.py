"""A series as the paper's Tables 4 and 5, with the paper's own figures beside ours.

Percent everywhere; a figure that one run cannot give is `n/a`, never 0.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from raiox.lab.aliases import Indices
from raiox.lab.evaluation.paper_results import PaperResults
from raiox.lab.metrics.intervals import Estimate
from raiox.lab.metrics.seeds import OUTPUT_MEASURES, RUN_MEASURES, SeedRuns, SeedStatistic
from raiox.lab.tables import Table, to_markdown
from raiox.vocabulary import LANGUAGES, NOTICE

IN_TABLE_5 = ("sensitivity", "specificity")
NOT_THERE = "n/a"
TITLES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "ppv": "PPV",
    "f1": "F1",
    "auc": "AUC, one vs rest",
}


def confusion_table(series: SeedRuns, paper: PaperResults | None) -> Table:
    """Table 4: counts summed over the runs, and the share of the row."""
    counts: Indices = series.confusions.sum(axis=0)
    rows = list(_confusion_rows(series.outputs, counts, ""))
    if paper is not None and paper.confusion_sum is not None:
        rows += _confusion_rows(series.outputs, np.array(paper.confusion_sum), " (paper)")
    caption = f"Confusion matrices summed over {_n(series)}. Counts and row %."
    columns = ("actual", "cases × runs", *(f"answered {output}" for output in series.outputs))
    return Table(caption, columns, tuple(rows))


def spread_table(
    series: SeedRuns, found: Mapping[str, SeedStatistic], paper: PaperResults | None
) -> Table:
    """Table 5: sensitivity and specificity of each output."""
    names = [f"{name} {output}" for output in series.outputs for name in IN_TABLE_5]
    return _spread("Sensitivity and specificity", series, found, paper, names)


def further_table(
    series: SeedRuns, found: Mapping[str, SeedStatistic], paper: PaperResults | None
) -> Table:
    """What the paper does not report: accuracy, PPV, F1, AUC."""
    of_output = [name for name in OUTPUT_MEASURES if name not in IN_TABLE_5]
    names = [
        *RUN_MEASURES,
        *(f"{name} {output}" for name in of_output for output in series.outputs),
    ]
    return _spread("Further figures", series, found, paper, names)


def runs_table(runs: Sequence[Mapping[str, object]]) -> Table:
    """Which run folders a series is made of; the titles are the first run's keys."""
    columns = tuple(runs[0])
    return Table("Runs", columns, tuple(tuple(str(run[c]) for c in columns) for run in runs))


def to_page(name: str, tables: Sequence[Table], remarks: Iterable[str]) -> str:
    """The whole report as Markdown."""
    how = (
        "± is the standard deviation over seeds (n − 1): how far another training would land. The "
        "95 % interval of the mean is a bootstrap over groups (patients and their duplicates) with "
        "the runs held fast: how far another test set would move it. The interval of one test set "
        "is Wilson's, for images taken as independent. None of the three contains another."
    )
    notice = " ".join(NOTICE[language] for language in LANGUAGES)
    paragraphs = [f"# {name}, repeated", notice, how, *map(to_markdown, tables), *remarks]
    return "\n\n".join(paragraph.strip() for paragraph in paragraphs) + "\n"


def _spread(
    title: str,
    series: SeedRuns,
    found: Mapping[str, SeedStatistic],
    paper: PaperResults | None,
    names: Iterable[str],
) -> Table:
    columns = ["figure", "mean ± SD over seeds", "95 % of the mean, other groups",
               "95 % of one test set", "cases", "runs"]  # fmt: skip
    rows = []
    for name in names:
        one = found[name]
        cells = [_title(name), _mean_and_sd(one), _interval(one.sampling),
                 _interval(one.one_test_set), str(one.sampling.n), str(one.n_runs)]  # fmt: skip
        rows.append((*cells, paper.values.get(name, NOT_THERE)) if paper else tuple(cells))
    caption = f"{title}, in percent, over {_n(series)}."
    return Table(caption, (*columns, "paper") if paper else tuple(columns), tuple(rows))


def _confusion_rows(
    outputs: Sequence[str], counts: Indices, mark: str
) -> Iterable[tuple[str, ...]]:
    for output, row in zip(outputs, counts, strict=True):
        n = int(row.sum())
        cells = [f"{k} ({100 * k / n:.1f} %)" if n else str(k) for k in map(int, row)]
        yield (output + mark, str(n), *cells)


def _n(series: SeedRuns) -> str:
    seeds = "1 seed" if series.n_runs == 1 else f"{series.n_runs} seeds"
    return f"N = {seeds} on the same {len(series.labels)} test cases of {series.n_groups} groups"


def _title(name: str) -> str:
    measure, _, output = name.partition(" ")
    return " ".join(filter(None, (TITLES.get(measure, measure), output)))


def _mean_and_sd(one: SeedStatistic) -> str:
    if not np.isfinite(one.mean):
        return NOT_THERE
    sd = f"{100 * one.sd:.1f}" if one.sd is not None else NOT_THERE
    return f"{100 * one.mean:.1f} ± {sd}"


def _interval(estimate: Estimate | None) -> str:
    if estimate is None or not np.isfinite(estimate.low):
        return NOT_THERE
    return f"{100 * estimate.low:.1f} – {100 * estimate.high:.1f}"
