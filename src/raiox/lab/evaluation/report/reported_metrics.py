"""A figure with its key, its section and its name in both languages.

Every part of a report that measures yields these; what writes a report (JSON, Markdown,
HTML, a card) knows nothing else of the measurement.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from raiox.lab.metrics.intervals import Estimate
from raiox.vocabulary import LANGUAGES, Language

Text = Mapping[Language, str]

Section = Literal[
    "overall",
    "findings",
    "within_dataset",
    "operating_points",
    "prevalence",
    "calibration",
    "sets",
    "subgroups",
    "baselines",
    "shortcuts",
    "saliency",
    "out_of_distribution",
]
SECTIONS: Final[tuple[Section, ...]] = get_args(Section)

SECTION_TITLES: Final[Mapping[Section, Text]] = {
    "overall": {"pt": "No conjunto", "en": "Overall"},
    "findings": {"pt": "Por rótulo", "en": "By label"},
    "within_dataset": {"pt": "Dentro de uma mesma fonte", "en": "Inside one source"},
    "operating_points": {"pt": "Nos pontos de operação", "en": "At the operating points"},
    "prevalence": {
        "pt": "Valores preditivos por prevalência",
        "en": "Predictive values by prevalence",
    },
    "calibration": {"pt": "Calibração", "en": "Calibration"},
    "sets": {"pt": "Conjuntos de achados e incerteza", "en": "Findings sets and uncertainty"},
    "subgroups": {"pt": "Subgrupos", "en": "Subgroups"},
    "baselines": {
        "pt": "O que se acerta sem olhar os pulmões",
        "en": "What can be told without looking at the lungs",
    },
    "shortcuts": {"pt": "Testes de atalho", "en": "Shortcut tests"},
    "saliency": {"pt": "Testes dos mapas de ativação", "en": "Tests of the activation maps"},
    "out_of_distribution": {"pt": "Fora da distribuição", "en": "Out of distribution"},
}

WORDS: Final[Mapping[str, Text]] = {
    "no_finding": {"pt": "Sem achados", "en": "No Finding"},
    "lung_opacity": {"pt": "Opacidade pulmonar", "en": "Lung Opacity"},
    "covid19": {"pt": "COVID-19", "en": "COVID-19"},
    "frontal": {"pt": "frontal em pé", "en": "upright frontal"},
    "rotated_90": {"pt": "girada 90°", "en": "turned 90°"},
    "rotated_180": {"pt": "girada 180°", "en": "turned 180°"},
    "rotated_270": {"pt": "girada 270°", "en": "turned 270°"},
    "inverted": {"pt": "negativo", "en": "negative"},
    "lateral_cxr": {"pt": "perfil", "en": "lateral"},
    "nonpulmonary_xray": {"pt": "raio X de outra parte", "en": "X-ray of another part"},
    "other_medical": {"pt": "outra imagem médica", "en": "other medical image"},
    "document": {"pt": "documento", "en": "document"},
    "natural": {"pt": "fotografia", "en": "photograph"},
    "children": {"pt": "crianças", "en": "children"},
    "source_unseen": {"pt": "fonte nunca vista", "en": "source never seen"},
    "unknown": {"pt": "não informado", "en": "not told"},
    "M": {"pt": "homens", "en": "men"},
    "F": {"pt": "mulheres", "en": "women"},
    "view": {"pt": "incidência", "en": "view"},
    "sex": {"pt": "sexo", "en": "sex"},
    "age": {"pt": "idade", "en": "age"},
    "source": {"pt": "fonte", "en": "source"},
}
"""What keys are called; a word that is not here, as the name of a source, is its own name."""


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


def word(key: str) -> Text:
    """What a key is called in each language."""
    return WORDS.get(key, dict.fromkeys(LANGUAGES, key))


def text(pt: str, en: str, **keys: str) -> Text:
    """A sentence in both languages; `{name}` takes the word of the key given for it."""
    told = {name: word(key) for name, key in keys.items()}
    sentences: dict[Language, str] = {"pt": pt, "en": en}
    return {
        language: sentence.format(**{name: words[language] for name, words in told.items()})
        for language, sentence in sentences.items()
    }


def joined(first: Text, second: Text) -> Text:
    """Two texts in one: what is measured, then of what, or the other way round."""
    return {language: f"{first[language]}: {second[language]}" for language in LANGUAGES}


def of_section(metrics: Iterable[ReportedMetric], section: Section) -> list[ReportedMetric]:
    """The lines of one section, in their order."""
    return [metric for metric in metrics if metric.section == section]
