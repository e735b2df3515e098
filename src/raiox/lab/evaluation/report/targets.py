"""What leads every report: the limits of the network, and the targets that it does not meet.

The limits stand beside every estimate that could be taken for more than it is; a target is never
lowered because a network missed it. The sentences are in `locales/<language>/report.json`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from raiox.bundle.manifest import Role
from raiox.lab.evaluation.report.reported_metrics import ReportedMetric, Text, label_name, number
from raiox.messages import text
from raiox.vocabulary import LANGUAGES, Language

N_LIMITS: Final = {"classifier": 5, "frontal_filter": 4, "lungs": 3}


@dataclass(frozen=True, slots=True)
class Target:
    """What a metric was expected to reach before anybody measured it."""

    key: str
    """Of the metric, and of the sentence that says what should hold."""
    threshold: float
    at_least: bool
    """Whether larger is better."""

    def is_unmet(self, value: float) -> bool:
        """Whether a measured value does not reach it; an undefined one does not."""
        return not (value >= self.threshold if self.at_least else value <= self.threshold)

    def wish(self, language: Language) -> str:
        """What should hold, with the threshold."""
        wish = text(f"report.target.{self.key}", language)
        return f"{wish} {number(self.threshold, language, 2)}"


@dataclass(frozen=True, slots=True)
class UnmetTarget:
    """A target that was not reached, and the sentence that says so."""

    key: str
    target: float
    value: float
    sentence: Text


TARGETS: Final = (
    Target("ece.after", 0.03, at_least=False),
    Target("coverage.gap", 0.01, at_least=False),
    Target("lungs_out.box.above_baseline", 0.05, at_least=False),
    Target("change.marker.covid19.within", 0.95, at_least=True),
    Target("pointing.boxes", 0.60, at_least=True),
)


def limits(role: Role, labels: Iterable[str]) -> list[Text]:
    """What a network of this role with these labels cannot do."""
    labels = tuple(labels)
    findings = {
        language: ", ".join(label_name(label, language) for label in labels)
        for language in LANGUAGES
    }
    return [
        {
            language: text(f"report.limit.{role}.{k}", language, findings=findings[language])
            for language in LANGUAGES
        }
        for k in range(1, N_LIMITS[role] + 1)
    ]


def unmet_targets(metrics: Iterable[ReportedMetric]) -> list[UnmetTarget]:
    """Every target whose metric was measured and does not reach it."""
    values = {metric.key: metric.estimate.value for metric in metrics}
    return [
        UnmetTarget(target.key, target.threshold, value, _sentence(target, value))
        for target in TARGETS
        if (value := values.get(target.key)) is not None and target.is_unmet(value)
    ]


def _sentence(target: Target, value: float) -> Text:
    return {
        language: text(
            "report.target.sentence",
            language,
            wish=target.wish(language),
            value=number(value, language, 3),
        )
        for language in LANGUAGES
    }
