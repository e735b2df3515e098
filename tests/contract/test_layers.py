"""The drawing of the house holds: layers, homes of libraries, small and explained modules."""

import ast
import tomllib
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "raiox"
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES = 300
FORBIDDEN_NAMES = {"utils", "util", "common", "core", "helpers", "misc"}


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def test_every_import_points_downwards(capsys):
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)

    assert status == 0, capsys.readouterr().out


def test_the_architecture_page_draws_the_layers_that_are_checked():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one.get("containers") == ["raiox"])

    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")

    assert "\n".join(["```", *layers, "```"]) in page


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_says_why_it_exists(module):
    assert ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_is_short_enough_to_read_at_once(module):
    n_lines = len(module.read_text(encoding="utf-8").splitlines())

    assert n_lines <= MAX_LINES


def test_no_module_is_named_after_nothing():
    names = {
        part for module in MODULES for part in module.relative_to(PACKAGE).with_suffix("").parts
    }

    assert not names & FORBIDDEN_NAMES
