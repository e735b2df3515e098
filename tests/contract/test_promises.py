"""What the documents promise is measured or tested by something that exists."""

import json
import re
import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
WORKFLOWS = [*ROOT.glob(".github/workflows/*.y*ml"), *ROOT.glob(".ci/*.y*ml")]


@pytest.fixture
def promises(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "torture"))
    yield runpy.run_path(str(ROOT / "tests" / "torture" / "promises.py"))
    for name in ("measurement", "guards"):
        sys.modules.pop(name, None)


def test_the_page_of_promises_is_what_was_measured(promises):
    measured = json.loads((REFERENCE / "promises.json").read_text(encoding="utf-8"))

    assert (REFERENCE / "promises.md").read_text(encoding="utf-8") == promises["page"](measured)
    assert set(measured) <= set(promises["PROMISES"])


@pytest.mark.parametrize("page", ["asvs.md", "in-use.md", "promises.md"])
def test_every_test_that_a_table_names_exists(page):
    named = set(re.findall(r"`(test_\w+)`", (REFERENCE / page).read_text(encoding="utf-8")))
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    existing = set(re.findall(r"def (test_\w+)\(", code))

    assert named
    assert named <= existing


def test_every_requirement_that_is_met_names_a_test():
    rows = (REFERENCE / "asvs.md").read_text(encoding="utf-8").splitlines()
    met = [row for row in rows if re.match(r"\| \d", row) and "| yes |" in row]

    assert len(met) > 20
    assert [row for row in met if "`test_" not in row] == []


def test_the_bill_of_materials_names_every_locked_package():
    document = runpy.run_path(str(ROOT / "scripts" / "sbom.py"))["bill_of_materials"]()
    lock = (ROOT / "requirements" / "serve.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE))
    packages = [one for one in document["components"] if one["type"] == "library"]

    assert {one["name"] for one in packages} == locked
    assert all(one["externalReferences"][0]["hashes"] for one in packages)
    assert {one["name"] for one in packages if "licenses" not in one} <= {"colorama"}  # Windows
    references = {one["bom-ref"] for one in document["components"]}
    assert all(set(one["dependsOn"]) <= references for one in document["dependencies"])
    assert any(one["type"] == "machine-learning-model" for one in document["components"])


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_of_a_workflow_is_pinned_by_its_hash(workflow):
    used = re.findall(r"uses:\s*(\S+)", workflow.read_text(encoding="utf-8"))

    assert [action for action in used if not re.search(r"@[0-9a-f]{40}$", action)] == []
