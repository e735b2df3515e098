"""Commands that page and reports print run as they are printed."""

import json
import shlex

import pytest
import typer
from bundles import BUNDLES, shipped

from raiox.bundle import REPORT_FILE, open_bundle
from raiox.cli.app import app
from raiox.cli.predictor import bundle_folder


@pytest.mark.parametrize("name", BUNDLES)
def test_the_command_of_a_shipped_report_is_understood_and_finds_its_bundle(name):
    if not (shipped(name) / REPORT_FILE).is_file():
        pytest.skip(f"{name} carries no report")
    report = json.loads((shipped(name) / REPORT_FILE).read_text("utf-8"))
    program, command, *words = shlex.split(report["command"])
    group = typer.main.get_command(app)

    context = group.commands[command].make_context(command, words)

    assert program == "raiox"
    opened = open_bundle(bundle_folder(context.params["bundle"]))
    assert opened.manifest.id == report["bundle"]["id"]
    assert context.params["split"] == report["data"]["split"]
