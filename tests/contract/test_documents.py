"""The documents tell what the code does: links, commands, settings, codes, routes and keys."""

import json
import re
import runpy
from functools import cache
from pathlib import Path

import pytest
import typer.main
from fakes import FakeEngine, FakeIntake

from raiox.cli.app import app as command_line
from raiox.cli.batch.documents import FileDocument
from raiox.service.lifecycle import Factories
from raiox.settings import IntakeSettings, Settings
from raiox.vocabulary import FINDINGS, IMAGE_KINDS, NOTICE, AnalysisState, Outcome
from raiox.web.api.schemas import Analysis
from raiox.web.app import create_app

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
READMES = [ROOT / "README.md", ROOT / "README.pt-BR.md"]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
MAX_DECISION_LINES = 40
FUTURE_AI_PRACTICES = 30
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def read(path: str | Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def commands() -> dict[str, list[str]]:
    """Each command of `raiox` with its long options."""
    group = typer.main.get_command(command_line)
    return {name: options(command) for name, command in group.commands.items()}


def options(command) -> list[str]:
    """The long options of a command, or of all commands of a group."""
    own = [o for p in command.params for o in p.opts if o.startswith("--") and o != "--help"]
    return own + [o for inner in getattr(command, "commands", {}).values() for o in options(inner)]


@pytest.mark.parametrize("name", ["errors", "settings", "recipes"])
def test_reference_pages_are_what_the_code_renders(name):
    rendered = runpy.run_path(str(ROOT / "scripts" / "docs" / "reference.py"))[f"{name}_page"]()

    assert read(f"docs/reference/{name}.md") == rendered, "run `make docs`"


def test_the_page_knows_the_formats_that_intake_registers():
    rendered = runpy.run_path(str(ROOT / "scripts" / "docs" / "reference.py"))["formats_json"]()

    assert read("src/raiox/formats.json") == rendered, "run `make docs`"


def test_the_page_counts_on_the_size_limit_of_the_settings():
    found = re.search(r"DEFAULT_MAX_BYTES = ([\d_]+)", read("ui/src/shared/service.svelte.ts"))

    assert found
    assert int(found[1]) == IntakeSettings().max_upload_bytes


@pytest.mark.parametrize("document", PAGES, ids=name_of)
def test_every_link_leads_somewhere(document):
    targets = [link for link in LINK.findall(CODE.sub("", read(document))) if "://" not in link]

    assert not [target for target in targets if not (document.parent / target).exists()]


@pytest.mark.parametrize("document", PAGES, ids=name_of)
def test_every_make_command_exists(document):
    asked = set(
        re.findall(r"(?<![\w/-])make ([a-z][a-z-]*)", " ".join(CODE.findall(read(document))))
    )

    assert asked <= set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))


@pytest.mark.parametrize("document", PAGES, ids=name_of)
def test_every_raiox_command_and_option_exists(document):
    known = commands()
    lines = [line for code in CODE.findall(read(document)) for line in code.splitlines()]
    for line in lines:
        for name, rest in re.findall(r"(?:^|[`/])raiox ([a-z]+(?:-[a-z]+)*)\b([^|`]*)", line):
            assert name in known
            assert set(re.findall(r"(?<= )--[a-z-]+", rest)) <= {*known[name], "--help"}


def test_the_command_line_page_names_every_command_and_option():
    page = read("docs/reference/cli.md")

    for name, options in commands().items():
        line = next((line for line in page.splitlines() if f"`raiox {name}" in line), "")
        assert all(option in line for option in options), name


def test_every_make_target_is_a_script_or_explains_itself():
    targets = re.findall(r"^([a-z-]+):(.*)$", read("Makefile"), re.MULTILINE)

    assert [name for name, rest in targets if "##" not in rest] == []


def test_the_api_page_names_every_route(tmp_path):
    settings = Settings(data_dir=tmp_path)
    choices = Factories(FakeEngine, FakeIntake)
    paths = create_app(settings, choices).openapi()["paths"]
    page = read("docs/reference/api.md")

    routes = [f"{method.upper()} {path}" for path, ways in paths.items() for method in ways]
    assert [route for route in routes if f"`{route}`" not in page] == []


def test_the_document_page_names_every_key_of_the_document():
    page = read("docs/reference/analysis-json.md")
    documents = (Analysis, FileDocument)
    keys = {
        key
        for document in documents
        for key in (*document.model_fields, *document.model_computed_fields)
    }

    assert sorted(key for key in keys if f"`{key}`" not in page) == []


def test_the_example_document_is_json_and_carries_the_notice():
    example = re.search(r"```json\n(.*?)```", read("docs/reference/analysis-json.md"), re.DOTALL)

    assert example is not None
    document = json.loads(example[1])
    assert set(document["notice"]) == {"pt", "en"}
    assert set(document["scores"]) == set(map(str, FINDINGS))


def test_the_glossary_knows_every_word_of_the_vocabulary():
    glossary = read("docs/glossary.md")

    words = [str(word) for word in (*FINDINGS, *IMAGE_KINDS, *AnalysisState, *Outcome)]
    assert [word for word in words if f"`{word}`" not in glossary] == []


def test_the_index_leads_to_every_page():
    index = read("docs/README.md")
    of_bundles = re.sub(r"\]\(", "](evidence/", read("docs/evidence/README.md"))
    pages = [page.relative_to(ROOT / "docs") for page in (ROOT / "docs").rglob("*.md")]

    assert [
        str(page)
        for page in pages
        if str(page) != "README.md" and f"({page})" not in index + of_bundles
    ] == []


def test_both_readmes_show_the_same_commands():
    blocks = [re.findall(r"```sh\n(.*?)```", read(readme), re.DOTALL) for readme in READMES]
    without_remarks = [[re.sub(r" +#.*", "", block) for block in each] for each in blocks]

    assert without_remarks[0] == without_remarks[1]


@pytest.mark.parametrize(("readme", "language"), [*zip(READMES, ("en", "pt"), strict=True)])
def test_a_readme_shows_the_notice_before_anything_can_be_run(readme, language):
    text = read(readme)

    assert 0 < text.find(NOTICE[language]) < text.find("make run")


@pytest.mark.parametrize("decision", DECISIONS, ids=name_of)
def test_a_decision_is_short_and_complete(decision):
    text = read(decision)

    assert len(text.splitlines()) <= MAX_DECISION_LINES
    for part in ("Context", "Decision", "Rejected", "Consequence"):
        assert f"**{part}.**" in text


def test_every_practice_of_future_ai_is_answered():
    answers = re.findall(
        r"^\| [a-z]+ \| \d\. [^|]+ \| (yes|partly|no) \| [^|]+ \|$",
        read("docs/evidence/future-ai.md"),
        re.MULTILINE,
    )

    assert len(answers) == FUTURE_AI_PRACTICES
