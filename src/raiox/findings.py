"""How a finding is named, explained and marked, in every language, from `findings.json`.

The page reads the same file, with its colours and shapes. Which findings there are is not
decided here: the labels come from the bundle's manifest, and a label that the file does not
know is shown by its own name.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from raiox.messages import text
from raiox.vocabulary import NONE, UNCERTAIN, Language

SPARE_COLOUR: Final = "#5f5f5f"
SPARE_SHAPE: Final = "square"
"""Of labels that the file does not know."""


def finding_name(finding: str, language: Language) -> str:
    """The name that a person reads, e.g. "Opacidade pulmonar" for `lung_opacity`."""
    known: dict[str, str] = _findings().get(finding, {}).get("names", {})
    return known.get(language, finding.replace("_", " ").capitalize())


def finding_meaning(finding: str, language: Language) -> str:
    """One sentence that says what an answer means; also for `uncertain` and `none`."""
    if finding in (UNCERTAIN, NONE):
        return text(f"form.{finding}", language)
    known: dict[str, str] = _findings().get(finding, {}).get("meanings", {})
    return known.get(language) or text(
        "form.pattern", language, name=finding_name(finding, language)
    )


def finding_colour(finding: str) -> str:
    """The colour that it has on paper, as CSS writes it; gray where none is known."""
    known: dict[str, str] = _findings().get(finding, {}).get("color", {})
    return known.get("light", SPARE_COLOUR)


def finding_shape(finding: str) -> str:
    """The shape that stands beside its name: `circle`, `triangle`, `square`."""
    known: str = _findings().get(finding, {}).get("shape", SPARE_SHAPE)
    return known


@cache
def _findings() -> dict[str, dict[str, Any]]:
    content = files("raiox").joinpath("findings.json").read_text(encoding="utf-8")
    return {finding["id"]: finding for finding in json.loads(content)}
