"""`raiox evaluate` on anybody's labelled folder, with a shipped bundle and the real decoder."""

import json
from pathlib import Path

import numpy as np
import pytest
from bundles import shipped
from PIL import Image
from typer.testing import CliRunner, Result

from raiox.bundle import open_bundle, write_bundle
from raiox.cli.app import app

FILES = {
    "predictions.csv", "report.html", "report.json", "report.md", "roc.svg", "pr.svg",
    "reliability.svg", "decision.svg", "risk_coverage.svg",
}  # fmt: skip


def evaluate(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Noise labelled by folders: two photographs, two drawings, and a file that is no image."""
    random = np.random.default_rng(0)
    for label in ("photo", "document", "odd"):
        (tmp_path / "mine" / label).mkdir(parents=True)
        for i in range(2):
            noise = random.integers(0, 255, (80, 90), np.uint8)
            Image.fromarray(noise).save(tmp_path / "mine" / label / f"{i}.png")
    (tmp_path / "mine" / "photo" / "torn.png").write_bytes(b"no image at all")
    (tmp_path / "labels.toml").write_text('[labels]\nphoto = "natural"\nodd = ""\n')
    return tmp_path / "mine"


def test_a_folder_is_measured_and_the_report_written(folder: Path, tmp_path: Path) -> None:
    out, labels = tmp_path / "report", tmp_path / "labels.toml"

    result = evaluate(
        shipped("frontal_filter"), "--manifest", folder, "--labels", labels, "--out", out
    )

    assert result.exit_code == 0, result.stderr
    assert {file.name for file in out.iterdir()} == FILES
    report = json.loads((out / "report.json").read_text())
    assert report["data"] | {"unread": None} == {
        "split": "own", "n_images": 4, "n_groups": 4, "test_opened": False, "unread": None,
    }  # fmt: skip
    assert sum(report["data"]["unread"].values()) == 1
    assert str(tmp_path) not in json.dumps(report)
    assert len((out / "predictions.csv").read_text().splitlines()) == 5


def test_an_unknown_label_stops_before_anything_is_read(folder: Path, tmp_path: Path) -> None:
    result = evaluate(shipped("frontal_filter"), "--manifest", folder, "--out", tmp_path / "report")

    assert result.exit_code == 2
    assert "label_unknown" in result.stderr
    assert not (tmp_path / "report").exists()


def test_a_report_kept_in_the_bundle_is_sealed_with_it(folder: Path, tmp_path: Path) -> None:
    source, copy = shipped("frontal_filter"), tmp_path / "bundle"
    manifest = open_bundle(source).manifest
    contents = {n: (source / n).read_bytes() for n in manifest.files if n != "report.json"}
    write_bundle(copy, manifest, contents)

    result = evaluate(
        copy, "--manifest", folder, "--labels", tmp_path / "labels.toml", "--into-bundle"
    )

    assert result.exit_code == 0, result.stderr
    sealed = open_bundle(copy)  # refuses a file that its manifest does not name
    assert sealed.sha256 == open_bundle(source).sha256
    assert "report.json" in sealed.manifest.files
    assert json.loads((copy / "report.json").read_text())["bundle"]["sha256"] == sealed.sha256
