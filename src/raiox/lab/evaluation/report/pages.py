"""What documents tell of the shipped bundles, written from their `report.json` and nothing else.

The index of the evidence, the tables of the readmes, and the paper's tables beside ours: no figure in any
of them is typed by hand, and a bundle that was not measured says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from raiox.lab.evaluation.paper_results import CONFUSION_SUM, MISPRINT, PRINTED, RUNS
from raiox.lab.evaluation.report.reported_metrics import word
from raiox.lab.evaluation.report.targets import LIMITS, TARGETS, number
from raiox.lab.tables import Table, to_markdown
from raiox.vocabulary import FINDINGS, NOTICE, Language

Document = Mapping[str, Any]
"""A `report.json`."""

SHOWN: Final = (
    "baseline.source.auc.macro",
    "baseline.file.auc.macro",
    "auc.macro",
    "auc.covid19_vs_no_finding.siim",
    "auc.lung_opacity_vs_no_finding.rsna",
    "auc.lung_opacity_vs_no_finding.nih",
    "point.sensitivity.covid19",
    "point.specificity.covid19",
    "ppv.covid19.at_5",
    "ece.after",
    "coverage",
    "lungs_out.box.auc",
    "pointing.boxes",
    "balanced_accuracy",
    "accuracy.table_1",
)
"""Keys of a readme's table: what can be told without the lungs stands above the network's row."""

UNMEASURED: Final[Mapping[Language, str]] = {
    "pt": "Nenhum pacote enviado aqui traz um relatório; `make evidence` os mede.",
    "en": "No bundle shipped here carries a report; `make evidence` measures them.",
}
START, END = "<!-- figures: make evidence -->", "<!-- /figures -->"

OF_THE_PAPER: Final = (
    ("Table 1", "what its filter saw", ("[datasheets](datasheets.md), last table; other collections "
     "stand in for its web-scraped images, which no longer exist")),
    ("Table 2", "what its classifier saw", ("[datasheets](datasheets.md), first table; four of our seven "
     "sources are the paper's, in part and at about 256 px")),
    ("Table 3", "its filter: 596 of 600 test images right (99.3 %)", "below"),
    ("Table 4", "confusion summed over 52 runs", "below"),
    ("Table 5", "sensitivity and specificity", "below"),
    ("Figures 6, 7", "loss and accuracy over the epochs", ("[the filter](paper_filter_small/repeats.md), "
     "[the second stage](paper_stage2_small/repeats.md); `raiox repeat` draws them for any recipe")),
    ("Figure 8", "nine heatmaps, looked at", ("numbers instead of pictures: the saliency section of each "
     "classifier's report")),
    ("Figure 9", "misread films, looked at", "the confusion matrix and the subgroups of each report"),
    ("Figure 12", "294 cases in three dimensions", "`embedding_map.json` of each classifier, on the page"),
)  # fmt: skip


def index(reports: Mapping[str, Document]) -> str:
    """docs/evidence/README.md."""
    splits = [
        "# Evidence",
        " ".join(NOTICE.values()),
        ("What was measured, by which command, and where it falls short. Tables and curves only: no "
        "image of anybody's is here. Written by `make evidence` from the reports that the bundles carry."),
        "## Limits",
        *(f"Of a `{role}`:\n\n{_bullets(limit['en'] for limit in LIMITS[role])}" for role in LIMITS),
        "## Bars",
        _bullets(_bars(name, document) for name, document in reports.items())
        if reports
        else UNMEASURED["en"],
        "## Pages",
        _bullets([
            *(f"{name}: [every figure]({name}/report.md), "
              + ", ".join(f"[{plot}]({name}/{plot}.svg)" for plot in PLOTS) for name in reports),
            "[The paper's tables beside ours](paper.md)",
            "[Datasheets of the sources](datasheets.md)",
            ("[CLAIM 2024](claim-2024.md), [TRIPOD+AI](tripod-ai.md), [PROBAST](probast.md) and "
            "[FUTURE-AI](future-ai.md), filled in"),
            ("What the parts of a split share: [the authors' split](leaks-authors.md), "
            "[ours](leaks-grouped.md)"),
            *(f"[{told}]({page})" for page, told in OF_TRAININGS.items()),
            "[The JSON behind every figure](../reference/report-json.md)",
        ]),
    ]  # fmt: skip
    return "\n\n".join(splits) + "\n"


OF_TRAININGS: Final[Mapping[str, str]] = {
    "paper_filter_small/repeats.md": "The paper's filter over ten seeds, in small",
    "paper_stage2_small/repeats.md": "The paper's two stages over five seeds, in small",
    "paper_stage2_measured/repeats.md": "The same, with norms measured on clean films",
    "ablations.md": "What each change of the training buys at home",
    "unseen-sources.md": "What the classifier's training gives at sources never seen",
    "grain.md": "What varied grain and regions give at home and at a source never seen",
    "filter-unseen-sources.md": "What the filter gives at sources never seen",
    "starts.md": "What a DenseNet gains by where it starts from",
    "keep.md": "What keeping half of the start gains",
}
"""Pages that `raiox repeat` and `raiox compare` wrote, with what they tell."""

PLOTS: Final = ("roc", "pr", "reliability", "decision", "risk_coverage")


def readme_table(reports: Mapping[str, Document], language: Language) -> str:
    """The table between the marks of a readme."""
    if not reports:
        return UNMEASURED[language]
    titles = {
        "en": ("bundle", "figure", "value (95 % interval)", "cases"),
        "pt": ("pacote", "medida", "valor (intervalo de 95 %)", "casos"),
    }[language]
    rows = []
    for name, document in reports.items():
        by_key = {estimate["key"]: estimate for estimate in document["figures"]}
        split = document["data"]["part"]
        rows += [
            (f"{name}, `{split}`", f["name"][language], _value(f, language), str(f["n"]))
            for key in SHOWN
            if (f := by_key.get(key)) is not None
        ]
    lines = [titles, ("---",) * len(titles), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def between_marks(text: str, table: str) -> str:
    """A readme with the table in its place.

    Raises:
        ValueError: it has no such place.
    """
    before, mark, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError("no place for the figures")
    return f"{before}{START}\n{table}\n{END}{after}"


def paper(reports: Mapping[str, Document]) -> str:
    """docs/evidence/paper.md."""
    where = Table("Where each of the paper's is", ("in the paper", "shows", "here"), OF_THE_PAPER)
    splits = ["# The paper's tables beside ours", " ".join(NOTICE.values()), to_markdown(where)]
    classifiers = {n: d for n, d in reports.items() if d["bundle"]["role"] == "classifier"}
    splits += [
        to_markdown(_confusions(classifiers)),
        (
            "The paper's rows are of its own test images, ours of other films of the same findings: the two "
            "differ in data, in split (the paper's shares patients between its parts) and in size of the "
            "images, so that neither is a repeat of the other. The faithful repeat is `raiox repeat "
            "recipes/paper/stage2.py`."
        ),
        to_markdown(_rates(classifiers)),
        f"{MISPRINT} {RUNS} Ours are of one network each; their intervals are of other patients.",
        to_markdown(_filters(reports)),
        (
            "The paper's filter saw 600 images; ours is asked on a draw of the same composition. Images of "
            "its sources that are gone are replaced by others, which may be easier."
        ),
    ]
    return "\n\n".join(split.strip() for split in splits) + "\n"


def _bars(name: str, document: Document) -> str:
    """Bars missed, then those that nobody measured: silence would read as a pass."""
    told = f"{name} (`{document['data']['part']}`): "
    if document["bundle"]["role"] != "classifier":
        return told + "no bar is set for it."
    keys = {estimate["key"] for estimate in document["figures"]}
    unmeasured = [
        f"Not measured: {threshold.wish['en']} {number(threshold.threshold, 'en', 2)}."
        for threshold in TARGETS
        if threshold.key not in keys
    ]
    unmet_targets = [f"UnmetTarget: {one['en']}" for one in document["missed"]]
    return told + " ".join([*unmet_targets, *unmeasured] or ["all were measured, none was missed."])


def _value(estimate: Document, language: Language) -> str:
    told = [estimate[name] if estimate[name] is not None else float("nan") for name in
            ("value", "low", "high")]  # fmt: skip
    value, low, high = (number(one, language, 3) for one in told)
    return f"{value} ({low} – {high})"


def _confusions(classifiers: Mapping[str, Document]) -> Table:
    names = tuple(word(finding)["en"] for finding in FINDINGS)
    rows = _shares("paper, Table 4", np.array(CONFUSION_SUM), names)
    for name, document in classifiers.items():
        rows += _shares(name, np.array(document["confusion"]["counts"]), names)
    columns = ("of", "label", *names, "cases")
    return Table("Table 4: answered as, in percent of the label", columns, tuple(rows))


def _shares(who: str, counts: np.ndarray, names: Sequence[str]) -> list[tuple[str, ...]]:
    totals = counts.sum(axis=1)
    return [
        (
            who,
            name,
            *(f"{100 * cell / total:.1f}" if total else "–" for cell in row),
            str(int(total)),
        )
        for name, row, total in zip(names, counts, totals, strict=True)
    ]


def _rates(classifiers: Mapping[str, Document]) -> Table:
    rows = [
        ("paper, Table 5", measure, *(f"{mean} ± {sd}" for mean, sd in cells))
        for measure, cells in PRINTED.items()
    ]
    for name, document in classifiers.items():
        by_key = {estimate["key"]: estimate for estimate in document["figures"]}
        rows += [
            (name, measure, *(_percent(by_key.get(f"{measure}.{finding}")) for finding in FINDINGS))
            for measure in PRINTED
        ]
    columns = ("of", "measure", *(word(finding)["en"] for finding in FINDINGS))
    return Table("Table 5: naming the likeliest finding, in percent", columns, tuple(rows))


def _filters(reports: Mapping[str, Document]) -> Table:
    rows = [("paper", "99.3 (596 of 600)")]
    for name, document in reports.items():
        found = [f for f in document["figures"] if f["key"] == "accuracy.table_1"]
        rows += [(name, _percent(estimate)) for estimate in found]
    return Table(
        "Table 3: right decisions of the filter, in percent", ("of", "accuracy"), tuple(rows)
    )


def _percent(estimate: Document | None) -> str:
    if estimate is None or estimate["value"] is None:
        return "–"
    value, low, high = (100 * estimate[name] for name in ("value", "low", "high"))
    return f"{value:.1f} ({low:.1f} – {high:.1f})"


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
