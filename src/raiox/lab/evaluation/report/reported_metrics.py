"""A metric with its key, its section and its name in every language.

Everything that measures yields these; what writes a report (JSON, Markdown, HTML, a card) knows
nothing else of the measurement. The texts are in `locales/<language>/report.json`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from raiox.errors import Fact
from raiox.findings import finding_name
from raiox.lab.metrics.intervals import Estimate
from raiox.messages import load, text, texts
from raiox.vocabulary import LANGUAGE_TRAITS, LANGUAGES, Language

Text = Mapping[Language, str]

Section = Literal[
    "overall",
    "findings",
    "within_dataset",
    "operating_points",
    "prevalence",
    "calibration",
    "prediction_sets",
    "subgroups",
    "baselines",
    "shortcuts",
    "saliency",
    "out_of_distribution",
]
SECTIONS: Final[tuple[Section, ...]] = get_args(Section)

_LABELS: Final = frozenset({"label", "positive", "negative", "kind"})
"""Facts of a name that are labels of a bundle."""
_WORDS: Final = frozenset(
    {
        *("anatomy", "attribute", "baseline", "detector", "map", "occlusion"),
        *("perturbation", "region", "value"),
    }
)
"""Facts of a name that have a word of their own; all others stand as they are."""


@dataclass(frozen=True, slots=True)
class ReportedMetric:
    """One line of a report."""

    key: str
    """Stable; words joined by dots, e.g. `auc.covid19`."""
    section: Section
    name: Text
    estimate: Estimate


Metrics = Iterator[ReportedMetric]
"""What every measuring function yields."""


def named(key: str, **facts: Fact) -> Text:
    """The name of a metric in every language, e.g. `named("auc", label="covid19")`."""
    return {
        language: text(
            f"report.metric.{key}",
            language,
            **{name: _in_words(name, fact, language) for name, fact in facts.items()},
        )
        for language in LANGUAGES
    }


def label_name(label: str, language: Language) -> str:
    """What a label, a finding or a kind of image, is called."""
    return _known_word(label, language) or finding_name(label, language)


def word(key: str, language: Language) -> str:
    """What a key is called; one without a word, as the name of a data set, is its own name."""
    return _known_word(key, language) or key.rpartition(".")[2]


def section_title(section: Section, language: Language) -> str:
    """The heading of a section."""
    return text(f"report.section.{section}", language)


def joined(key: str) -> str:
    """One text in all languages at once, for pictures that every reader shares."""
    return " · ".join(dict.fromkeys(texts(f"report.{key}").values()))


def number(value: float, language: Language, decimals: int = 4) -> str:
    """A number as the language writes it; a dash where it is not defined."""
    if value != value:  # noqa: PLR0124 - NaN
        return "–"
    separator = LANGUAGE_TRAITS[language].decimal_separator
    return f"{value:.{decimals}f}".replace(".", separator)


def of_section(metrics: Iterable[ReportedMetric], section: Section) -> list[ReportedMetric]:
    """The lines of one section, in their order."""
    return [metric for metric in metrics if metric.section == section]


def _in_words(name: str, fact: Fact, language: Language) -> Fact:
    if name in _LABELS:
        return label_name(str(fact), language)
    if name in _WORDS:
        return word(str(fact), language)
    return number(fact, language, 1) if isinstance(fact, float) else fact


def _known_word(key: str, language: Language) -> str | None:
    found: str | None = load(language, "report").get(f"word.{key}")
    return found
