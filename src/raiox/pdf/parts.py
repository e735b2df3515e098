"""Small parts of the page: a score, a shape, a legend, a section."""

from typing import Any, Final

from raiox.findings import finding_colour, finding_shape
from raiox.pdf.evaluation import HUNDRED
from raiox.pdf.pictures import BANDS, marker
from raiox.vocabulary import LANGUAGE_TRAITS, NONE, UNCERTAIN, Language

N_HASH_DIGITS: Final = 12
MIN_SCORE: Final = 0.01
MAX_FINDINGS: Final = 8
"""Rows that fit on the page; the highest scores are kept."""
OPEN, HATCHED = "open", "hatched"


def format_score(score: float, language: Language) -> str:
    """Two decimals; what would round to certainty is given as a bound instead."""
    shown = min(max(score, MIN_SCORE), 1 - MIN_SCORE)
    bound = "> " if score > shown else "< " if score < shown else ""
    return bound + f"{shown:.2f}".replace(".", LANGUAGE_TRAITS[language].decimal_separator)


def ranked(scores: dict[str, float]) -> list[tuple[str, float]]:
    """By score, the highest first."""
    return sorted(scores.items(), key=lambda item: -item[1])[:MAX_FINDINGS]


def marker_of(finding: str) -> str:
    """The shape of a finding in its colour."""
    open_ones = {UNCERTAIN: HATCHED, NONE: OPEN}
    return marker(open_ones.get(finding) or finding_shape(finding), finding_colour(finding))


def legend() -> list[tuple[tuple[int, int, int], str]]:
    """The colours of a heatmap and the support that each stands for."""
    tops = [*(level for level, _ in BANDS[1:]), 1.0]
    return [
        (colour, f"{level * HUNDRED:.0f}–{top * HUNDRED:.0f}%")
        for (level, colour), top in zip(BANDS, tops, strict=True)
    ]


def section(title: str, *paragraphs: str) -> dict[str, Any]:
    """A heading and what stands under it."""
    return {"title": title, "paragraphs": list(paragraphs)}


def short(sha256: str) -> str:
    """The start of a checksum."""
    return sha256[:N_HASH_DIGITS]
