"""A comparison of two bundles as Markdown and JSON."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from raiox.lab.evaluation.comparison import BundlePredictions, Difference
from raiox.lab.evaluation.report.markdown import title
from raiox.lab.evaluation.report.reported_metrics import SECTIONS, number, section_title
from raiox.lab.metrics.intervals import Estimate
from raiox.lab.tables import Table
from raiox.lab.tables import to_markdown as pipe_table
from raiox.messages import text
from raiox.vocabulary import NOTICE, Language

DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two bundles on the images of one split."""

    old: BundlePredictions
    new: BundlePredictions
    differences: Sequence[Difference]
    split: str
    command: str


def to_markdown(comparison: Comparison, language: Language = "en") -> str:
    """A table for each section; a difference whose interval leaves 0 out is bold."""
    old, new = comparison.old, comparison.new
    method = text(
        "report.method.compared",
        language,
        split=comparison.split,
        n_images=len(old.predictions.labels),
        n_groups=len(set(old.predictions.groups)),
    )
    parts = [
        f"# {old.manifest.id} → {new.manifest.id}",
        NOTICE[language],
        method,
        f"    {comparison.command}",
    ]
    columns = (title("metric", language), *(f"{side.manifest.id}" for side in (old, new)))
    for section in SECTIONS:
        rows = tuple(
            _cells(row, language) for row in comparison.differences if row.section == section
        )
        if rows:
            table = Table("", (*columns, title("difference", language)), rows)
            parts += [f"## {section_title(section, language)}", pipe_table(table).strip()]
    return "\n\n".join(parts) + "\n"


def to_json(comparison: Comparison) -> dict[str, Any]:
    """The same without NaN: an undefined value is null."""
    sides = {"old": comparison.old, "new": comparison.new}
    return {
        "format_version": 1,
        **{
            name: {"id": side.manifest.id, "sha256": side.bundle.sha256}
            for name, side in sides.items()
        },
        "split": comparison.split,
        "command": comparison.command,
        "metrics": [
            {
                "key": row.key,
                "section": row.section,
                "name": dict(row.name),
                "old": _numbers(row.old),
                "new": _numbers(row.new),
                "difference": _numbers(row.gain),
            }
            for row in comparison.differences
        ],
    }


def _cells(row: Difference, language: Language) -> tuple[str, ...]:
    values = (_interval(estimate, language) for estimate in (row.old, row.new))
    gain = _interval(row.gain, language)
    is_clear = row.gain.low > 0 or row.gain.high < 0
    return (row.name[language], *values, f"**{gain}**" if is_clear else gain)


def _interval(estimate: Estimate, language: Language) -> str:
    value, low, high = (
        number(one, language) for one in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} ({low} – {high})"


def _numbers(estimate: Estimate) -> dict[str, float | None]:
    values: Iterable[tuple[str, float]] = (
        ("value", estimate.value), ("low", estimate.low), ("high", estimate.high),
    )  # fmt: skip
    return {name: round(v, DECIMALS) if math.isfinite(v) else None for name, v in values}
