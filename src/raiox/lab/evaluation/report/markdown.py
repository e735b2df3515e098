"""A report as Markdown: limits first, then the targets that were not met, then tables."""

from collections.abc import Iterable

from raiox.lab.evaluation.report.report import Report
from raiox.lab.evaluation.report.reported_metrics import (
    ReportedMetric,
    label_name,
    number,
    section_title,
)
from raiox.lab.evaluation.report.targets import limits
from raiox.lab.metrics.intervals import Estimate
from raiox.lab.tables import Table
from raiox.lab.tables import to_markdown as pipe_table
from raiox.messages import text
from raiox.vocabulary import NOTICE, Language


def to_markdown(report: Report, language: Language = "en", pictures: Iterable[str] = ()) -> str:
    """The whole report in one language.

    Args:
        report: what was measured.
        language: of everything but the names of data sets.
        pictures: plots that lie beside the file, by name; shown under how it was measured.
    """
    parts = [
        f"# {report.manifest.id}",
        NOTICE[language],
        verdict(report, language),
        f"## {title('limits', language)}",
        "\n".join(f"- {limit}" for limit in limits_of(report, language)),
        method(report, language),
        f"    {report.measurement.command}",
        *(f"![{name}]({name}.svg)" for name in pictures),
    ]
    for section, metrics in report.sections.items():
        parts += [
            f"## {section_title(section, language)}",
            metrics_table(metrics, language).strip(),
        ]
        if section == "overall":
            parts += [pipe_table(confusion_table(report, language)).strip()]
    return "\n\n".join(parts) + "\n"


def metrics_table(metrics: Iterable[ReportedMetric], language: Language) -> str:
    """Names, values and intervals."""
    rows = tuple(cells(metric.name[language], metric.estimate, language) for metric in metrics)
    return pipe_table(Table("", head(language), rows))


def title(key: str, language: Language) -> str:
    """A heading, or the title of a column."""
    return text(f"report.title.{key}", language)


def limits_of(report: Report, language: Language) -> list[str]:
    """What the network cannot do, a sentence or two each."""
    manifest = report.manifest
    return [limit[language] for limit in limits(manifest.role, manifest.labels)]


def verdict(report: Report, language: Language) -> str:
    """The first paragraph: which targets were not met."""
    if not report.unmet_targets:
        return text("report.verdict.met", language)
    sentences = (unmet.sentence[language] for unmet in report.unmet_targets)
    capitalised = (sentence[0].upper() + sentence[1:] for sentence in sentences)
    return " ".join([text("report.verdict.unmet", language), *capitalised])


def method(report: Report, language: Language) -> str:
    """On which images, how many, and how the intervals were computed."""
    measurement = report.measurement
    own_data = text("report.method.own_data", language)
    measured = text(
        "report.method.measured",
        language,
        split=own_data if measurement.split == "own" else f"split={measurement.split}",
        n_images=report.n_images,
        n_groups=report.n_groups,
        code_version=measurement.code_version,
    )
    sentences = [measured, text("report.method.intervals", language)]
    if measurement.split == "valid":
        sentences.append(text("report.method.optimistic", language))
    if n_unread := sum(measurement.unread.values()):
        codes = ", ".join(f"{code}: {n}" for code, n in sorted(measurement.unread.items()))
        sentences.append(text("report.method.unread", language, n=n_unread, codes=codes))
    return " ".join(sentences)


def confusion_table(report: Report, language: Language) -> Table:
    """Label by predicted label."""
    names = tuple(label_name(label, language) for label in report.manifest.labels)
    rows = tuple(
        (name, *map(str, counts)) for name, counts in zip(names, report.confusion, strict=True)
    )
    return Table(title("confusion", language), (title("label", language), *names), rows)


def cells(name: str, estimate: Estimate, language: Language) -> tuple[str, str, str, str]:
    """Name, value, interval and number of images as a table shows them."""
    low, high = number(estimate.low, language), number(estimate.high, language)
    return name, number(estimate.value, language), f"{low} – {high}", str(estimate.n)


def head(language: Language) -> tuple[str, str, str, str]:
    """The titles of those cells."""
    metric, value, interval, n = (
        title(key, language) for key in ("metric", "value", "interval", "n")
    )
    return metric, value, interval, n
