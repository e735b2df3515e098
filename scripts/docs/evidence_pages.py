"""Pages about the shipped bundles, written from their `report.json` and nothing else.

The index of the evidence, the tables of the readmes, and the paper's tables beside ours: no figure
in any of them is typed by hand, and a bundle that was not measured says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import repeated

from raiox.bundle.manifest import Role
from raiox.lab.evaluation.paper_results import CONFUSION_SUM, MISPRINT, RUNS, table_5
from raiox.lab.evaluation.report.reported_metrics import label_name, number
from raiox.lab.evaluation.report.targets import TARGETS, limits
from raiox.lab.tables import Table, to_markdown
from raiox.messages import text
from raiox.vocabulary import FINDINGS, IMAGE_KINDS, NOTICE, Language

Document = Mapping[str, Any]
"""A `report.json`."""

README_METRICS: Final = (
    "baseline.dataset.auc.macro",
    "auc.macro",
    "auc.covid19_vs_no_finding.siim",
    "auc.lung_opacity_vs_no_finding.rsna",
    "auc.lung_opacity_vs_no_finding.nih",
    "point.sensitivity.covid19",
    "point.specificity.covid19",
    "specificity.covid19.dataset.siim",
    "ppv.covid19.at_5",
    "ece.after",
    "coverage",
    "lungs_out.box.auc",
    "pointing.boxes",
)
"""Keys of a readme's table; the baseline that never sees the lungs stands above the network."""
FILTER_METRICS: Final = ("balanced_accuracy", "accuracy.table_1")

START, END = "<!-- figures: make evidence -->", "<!-- /figures -->"

OF_THE_PAPER: Final = (
    ("Table 1", "images of its filter", ("[datasheets](datasheets.md), last table; other collections "
     "replace its web-scraped images, which no longer exist")),
    ("Table 2", "images of its classifier", ("[datasheets](datasheets.md), first table; four of our data "
     "sets are the paper's, in part and at about 256 px")),
    ("Table 3", "its filter: 596 of 600 test images correct (99.3 %)", "below"),
    ("Table 4", "confusion matrix summed over 52 runs", "below"),
    ("Table 5", "sensitivity and specificity", "below"),
    ("Figures 6, 7", "loss and accuracy over the epochs", ("[the filter](paper_filter_small/repeats.md), "
     "[the second stage](paper_stage2_small/repeats.md); `raiox repeat` plots them for any recipe")),
    ("Figure 8", "nine heatmaps, inspected", ("numbers instead of images: the section of activation map "
     "tests in each classifier's report")),
    ("Figure 9", "misclassified radiographs, inspected", ("the confusion matrix and the subgroups of each "
     "report")),
    ("Figure 12", "294 cases in three dimensions", "`embedding_map.json` of each classifier, on the page"),
)  # fmt: skip

TRAINING_PAGES: Final[Mapping[str, str]] = {
    "paper_filter_small/repeats.md": "The paper's filter over ten seeds, at a small input size",
    "paper_stage2_small/repeats.md": "The paper's two stages over five seeds, at 160 pixels",
    "ablations.md": "What each change of the training contributes on data sets trained on",
    "unseen-sources.md": "The classifier on data sets that it was not trained on",
    "sources-left-out.md": "The classifier without SIIM, NIH and Shenzhen, above baselines without pixels",
    "counterfactuals.md": "Training with lungs hidden and surroundings exchanged, which was not enough",
    "uncertain.md": "What `uncertain` costs and buys, by data set and by coverage",
    "grain.md": "Blur, JPEG augmentation and saliency supervision, on seen and unseen data sets",
    "filter-unseen-sources.md": "The frontal filter on data sets that it was not trained on",
    "starts.md": "What a DenseNet gains from its initialisation",
    "tone.md": "Levels, and what else was tried with exposures",
    "lungs.md": "The lungs network: overlap with masks, positioning, extent, scores with the lungs hidden",
    "filter-textures.md": "What the frontal filter says of textures, surfaces and drawn shapes",
    "browser.md": "The same answers in the browser",
    "browser-cost.md": "What reading in the browser costs",
    "keep.md": "What weight interpolation with the initialisation (WiSE-FT) contributes",
}
"""Pages of measurements beside the reports, and what each shows."""

PLOTS: Final = ("roc", "pr", "reliability", "decision", "risk_coverage")


def index(reports: Mapping[str, Document]) -> str:
    """docs/evidence/README.md."""
    labels: dict[Role, Sequence[str]] = {"classifier": FINDINGS, "frontal_filter": IMAGE_KINDS}
    parts = [
        "# Evidence",
        " ".join(NOTICE.values()),
        ("What was measured, with which command, and where the networks fall short. Tables and curves "
        "only: no image of any data set is here. Written by `make evidence` from the bundles' reports."),
        "## Limits",
        *(f"Of a `{role}`:\n\n{_bullets(one['en'] for one in limits(role, outputs))}"
          for role, outputs in labels.items()),
        "## Targets",
        _bullets(_targets(name, document) for name, document in reports.items())
        if reports
        else text("report.unmeasured", "en"),
        "## Pages",
        _bullets([
            *(f"{name}: [every metric]({name}/report.md), "
              + ", ".join(f"[{plot}]({name}/{plot}.svg)" for plot in PLOTS) for name in reports),
            "[The paper's tables beside ours](paper.md)",
            "[Datasheets of the data sets](datasheets.md)",
            ("[CLAIM 2024](claim-2024.md), [TRIPOD+AI](tripod-ai.md), [PROBAST](probast.md) and "
            "[FUTURE-AI](future-ai.md), filled in"),
            ("What the splits share: [the authors' splits](leaks-authors.md), "
            "[ours](leaks-grouped.md)"),
            "[How near duplicates are found, and how many are missed](near-duplicates.md)",
            "[Odd files after public reports, HEIF with holes, gray photographs](odd-files.md)",
            *(f"[{shows}]({page})" for page, shows in TRAINING_PAGES.items()),
            "[The JSON of a report](../reference/report-json.md)",
        ]),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def readme_table(reports: Mapping[str, Document], language: Language) -> str:
    """The table between the marks of a readme: the classifiers side by side, then the filter."""
    if not reports:
        return text("report.unmeasured", language)
    classifiers = _of_role(reports, "classifier")
    by_key = {name: _by_key(document) for name, document in classifiers.items()}
    names = {
        key: metric["name"][language]
        for metrics in by_key.values()
        for key, metric in metrics.items()
    }
    rows = tuple(
        (names[key], *(_value(metrics.get(key), language) for metrics in by_key.values()))
        for key in README_METRICS
        if key in names
    )
    columns = (
        text("report.title.value_and_interval", language),
        *(f"{name}, `{document['data']['split']}`" for name, document in classifiers.items()),
    )
    lines = [to_markdown(Table("", columns, rows))] if rows else []
    lines += [
        f"{name}, `{document['data']['split']}`: {_of_filter(document, language)}.\n"
        for name, document in _of_role(reports, "frontal_filter").items()
    ]
    return "\n".join(lines).strip()


def between_marks(page: str, table: str) -> str:
    """A readme with the table between its marks.

    Raises:
        ValueError: the readme has no marks.
    """
    before, mark, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError("no place for the figures")
    return f"{before}{START}\n{table}\n{END}{after}"


def paper(reports: Mapping[str, Document]) -> str:
    """docs/evidence/paper.md."""
    where = Table(
        "Where to find each table and figure", ("in the paper", "shows", "here"), OF_THE_PAPER
    )
    classifiers = _of_role(reports, "classifier")
    parts = [
        "# The paper's tables beside ours",
        " ".join(NOTICE.values()),
        to_markdown(where),
        to_markdown(_confusions(classifiers)),
        (
            "The paper's recipe was repeated on what is at hand of the authors' own split (1,064 test "
            "images, scaled to about 256 px), at 160 px instead of 224, with a tenth of the images per epoch "
            "and without ImageNet weights of its network ([all figures](paper_stage2_small/repeats.md)). "
            "The rows of our networks describe other radiographs with the same findings, and a split that "
            "shares no patients where the paper's does: they do not repeat it. At full size, "
            "`raiox repeat recipes/paper/stage2.py` does."
        ),
        to_markdown(_rates(classifiers)),
        f"{MISPRINT} {RUNS} Ours are of one network each; their intervals are over patients.",
        to_markdown(_filters(reports)),
        (
            "The paper tested its filter on 600 images; ours is tested on a sample of the same "
            "composition. Images whose origin no longer exists are replaced by others, which may "
            "be easier."
        ),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _targets(name: str, document: Document) -> str:
    """Targets not met, then those that were not measured: silence would read as a pass."""
    start = f"{name} (`{document['data']['split']}`): "
    if document["bundle"]["role"] != "classifier":
        return start + "no target is set for it."
    measured = _by_key(document)
    unmeasured = [f"Not measured: {t.wish('en')}." for t in TARGETS if t.key not in measured]
    unmet = [f"Not met: {one['en']}" for one in document["unmet_targets"]]
    return start + " ".join([*unmet, *unmeasured] or ["all were measured, all were met."])


def _of_role(reports: Mapping[str, Document], role: str) -> dict[str, Document]:
    return {n: document for n, document in reports.items() if document["bundle"]["role"] == role}


def _by_key(document: Document) -> dict[str, Document]:
    return {metric["key"]: metric for metric in document["metrics"]}


def _of_filter(document: Document, language: Language) -> str:
    metrics = _by_key(document)
    return "; ".join(
        f"{metrics[key]['name'][language]} {_value(metrics[key], language)}"
        for key in FILTER_METRICS
        if key in metrics
    )


def _value(metric: Document | None, language: Language) -> str:
    if metric is None:
        return "–"
    values = (metric[name] for name in ("value", "low", "high"))
    value, low, high = (number(float("nan") if one is None else one, language, 3) for one in values)
    return f"{value} ({low} – {high})"


def _confusions(classifiers: Mapping[str, Document]) -> Table:
    names = tuple(label_name(finding, "en") for finding in FINDINGS)
    rows = _row_percentages("paper, Table 4", np.array(CONFUSION_SUM), names)
    rows += _row_percentages(repeated.NAME, repeated.confusion(), names)
    for name, document in classifiers.items():
        rows += _row_percentages(name, np.array(document["confusion"]["counts"]), names)
    columns = ("network", "label", *names, "images")
    return Table("Table 4: predicted finding, in percent of the label", columns, tuple(rows))


def _row_percentages(
    network: str, counts: np.ndarray, names: Sequence[str]
) -> list[tuple[str, ...]]:
    return [
        (
            network,
            name,
            *(f"{100 * cell / total:.1f}" if total else "–" for cell in row),
            str(int(total)),
        )
        for name, row, total in zip(names, counts, counts.sum(axis=1), strict=True)
    ]


def _rates(classifiers: Mapping[str, Document]) -> Table:
    rows = [("paper, Table 5", measure, *cells) for measure, cells in table_5().items()]
    rows += [(repeated.NAME, measure, *repeated.rates(measure)) for measure in table_5()]
    for name, document in classifiers.items():
        metrics = _by_key(document)
        rows += [
            (name, measure, *(_percent(metrics.get(f"{measure}.{f}")) for f in FINDINGS))
            for measure in table_5()
        ]
    columns = ("network", "measure", *(label_name(finding, "en") for finding in FINDINGS))
    return Table("Table 5: the finding with the highest score, in percent", columns, tuple(rows))


def _filters(reports: Mapping[str, Document]) -> Table:
    rows = [("paper", "99.3 (596 of 600)")]
    for name, document in reports.items():
        if (metric := _by_key(document).get("accuracy.table_1")) is not None:
            rows.append((name, _percent(metric)))
    return Table(
        "Table 3: accuracy of the filter, in percent", ("network", "accuracy"), tuple(rows)
    )


def _percent(metric: Document | None) -> str:
    if metric is None or metric["value"] is None:
        return "–"
    value, low, high = (100 * metric[name] for name in ("value", "low", "high"))
    return f"{value:.1f} ({low:.1f} – {high:.1f})"


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
