"""The words of raiox: every name that crosses a room, a file or the network.

One word for one thing, as in docs/glossary.md. This module imports nothing of
raiox, so any room may use it.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Final


class Finding(StrEnum):
    """What the shipped classifiers score (paper, section 2.2)."""

    NO_FINDING = "no_finding"
    LUNG_OPACITY = "lung_opacity"
    COVID19 = "covid19"


FINDINGS: Final = tuple(Finding)
"""The order of the outputs of the shipped classifiers; another bundle names its own."""

UNCERTAIN: Final = "uncertain"
"""The answer when the scores cannot separate the findings."""

NONE: Final = "none"
"""The answer of a multi-label bundle when no finding reaches its operating point."""


PHOTOGRAPH: Final = "photograph_of_radiograph"
"""What intake notes of a radiograph that was photographed; its quality is low whatever it looks like."""

FALSE_COLOURS: Final = "false_colours"
"""What intake notes of colours that do not follow brightness; no grays can be had of them."""

FEW_SHADES: Final = "few_shades"
"""What intake notes of a picture of 64 grays or fewer; its quality is low whatever it looks like."""

LOW_QUALITY_NOTES: Final = frozenset({PHOTOGRAPH, FEW_SHADES})
"""What intake notes of pictures whose quality is low whatever they look like."""

BLANK_IMAGE: Final = "blank_image"
"""Code of the rejection of what shows nothing."""

PHANTOM_SOFTWARE: Final = "raiox phantom"
"""The `Software` text of a file that `raiox.phantom` drew; intake notes it as `drawn_phantom`."""


class Uncertainty(StrEnum):
    """Why an answer is `uncertain`; each is a code with sentences in `locales/`."""

    OUT_OF_DISTRIBUTION = "out_of_distribution"
    """The image is unlike all that the network knows."""
    ABNORMALITY = "abnormality_not_separable"
    """The scores separate neither normal nor abnormal."""
    KIND = "kind_not_separable"
    """The image is abnormal, but which finding it shows stays open."""
    FINDINGS = "findings_not_separable"
    """Several findings are left, none of them that of normal images."""


class ImageKind(StrEnum):
    """What the frontal filter can see, in the order of its outputs.

    `ROTATED_90` is an upright radiograph turned 90 degrees clockwise; turning it 90
    degrees counter-clockwise makes it upright again.
    """

    FRONTAL = "frontal"
    ROTATED_90 = "rotated_90"
    ROTATED_180 = "rotated_180"
    ROTATED_270 = "rotated_270"
    INVERTED = "inverted"
    LATERAL = "lateral_cxr"
    NONPULMONARY_XRAY = "nonpulmonary_xray"
    OTHER_MEDICAL = "other_medical"
    DOCUMENT = "document"
    NATURAL = "natural"
    TEXTURE = "texture"
    MULTIPLE = "multiple_radiographs"

    @property
    def is_frontal_radiograph(self) -> bool:
        """Whether it is a chest radiograph seen from the front, however turned or inverted."""
        return self in (ImageKind.FRONTAL, ImageKind.INVERTED) or bool(self.rotation_deg)

    @property
    def rotation_deg(self) -> int:
        """Clockwise rotation of the radiograph; 0 where the kind says nothing of it."""
        _, _, degrees = self.value.partition("rotated_")
        return int(degrees) if degrees else 0


IMAGE_KINDS: Final = tuple(ImageKind)


class AnalysisState(StrEnum):
    """Life of one analysis, from left to right; one that loses its worker is queued again."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Scope(StrEnum):
    """What a key of the API allows."""

    READ = "read"
    """See what the key itself has sent."""
    WRITE = "write"
    """Send and delete."""
    ADMIN = "admin"
    """See how the service does."""


class Outcome(StrEnum):
    """How a finished analysis ended: read by the classifier, or refused by the filter."""

    ANALYSED = "analysed"
    REJECTED = "rejected"


Language = str
"""A code of ISO 639-1 that `locales/languages.json` lists."""


@dataclass(frozen=True, slots=True)
class LanguageTraits:
    """What is known of a language beside its texts."""

    id: Language
    locale: str
    """BCP 47, e.g. `pt-BR`."""
    name: str
    """As its speakers call it."""
    decimal_separator: str
    notice: str
    """Research use, not a medical device: on every page, report and file."""


def _read_languages() -> tuple[LanguageTraits, ...]:
    content = files("raiox").joinpath("locales", "languages.json").read_text(encoding="utf-8")
    return tuple(LanguageTraits(**language) for language in json.loads(content))


LANGUAGE_TRAITS: Final = {language.id: language for language in _read_languages()}

LANGUAGES: Final = tuple(LANGUAGE_TRAITS)
"""The first is the default."""

NOTICE: Final = {language.id: language.notice for language in LANGUAGE_TRAITS.values()}
