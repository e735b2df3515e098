"""One word for one thing: the words that the glossary replaces stand nowhere, in code or prose."""

import io
import keyword
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    file
    for folder in ("src", "scripts", "recipes", "benchmarks", "tests")
    for file in (ROOT / folder).rglob("*.py")
    if file != Path(__file__) and file.name != "ablations.py"  # which names recipes of old
)
SPEAKS_OF_FILMS = ROOT / "docs" / "reference" / "errors.md"
"""Where a film is what a film is: a sheet on a light box."""
PROSE = sorted(
    {
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "ui" / "README.md",
    }
    - {SPEAKS_OF_FILMS}
)
INSTEAD = {
    "film": "radiograph, image",
    "films": "radiographs, images",
    "told": "what it holds",
    "tells": "says, shows, separates",
    "taught": "trained, distilled, supervised",
    "bared": "occluded",
    "twin": "duplicate request, other seed",
    "twins": "duplicate requests",
    "shelf": "folder of recipes",
    "passport": "run metadata",
    "lesson": "distillation",
    "workplace": "training context",
    "doorbell": "notifier",
    "handover": "decoded cache",
    "likeness": "similarity, correlation, SSIM",
    "gatekeeper": "request checks",
}
"""Each forbidden word, and what is said instead."""

WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def forbidden_in(text: str) -> set[str]:
    return {word for word in (w.lower() for w in WORD.findall(text)) if word in INSTEAD}


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_no_module_uses_a_word_that_the_glossary_replaces(module):
    text = module.read_text(encoding="utf-8")
    if not forbidden_in(text):
        return  # parsing takes fifty times as long
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    spoken = {tokenize.NAME, tokenize.STRING, tokenize.COMMENT}
    found = {
        f"line {token.start[0]}: {word}, better: {INSTEAD[word]}"
        for token in tokens
        if token.type in spoken and not keyword.iskeyword(token.string)
        for word in forbidden_in(token.string)
    }

    assert found == set()


@pytest.mark.parametrize("page", PROSE, ids=name_of)
def test_no_page_uses_a_word_that_the_glossary_replaces(page):
    prose = CODE.sub("", page.read_text(encoding="utf-8"))

    assert forbidden_in(prose) == set()
