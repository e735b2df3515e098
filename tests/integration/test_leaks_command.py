"""`raiox leaks` with the real decoder: its exit status, its files, and real copies."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from typer.testing import CliRunner, Result

from raiox.cli.app import app

DATA = Path(os.environ.get("RAIOX_DATASETS", "nowhere"))


def leaks(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["leaks", *map(str, arguments)])


def drawn(seed: int) -> Image.Image:
    """Blobs of light, others for every seed."""
    coarse = np.random.default_rng(seed).integers(0, 255, (9, 9), np.uint8)
    return Image.fromarray(coarse).resize((200, 180), Image.Resampling.BICUBIC)


@pytest.fixture
def manifest(tmp_path) -> Path:
    drawn(1).save(tmp_path / "a.png")
    ImageOps.mirror(drawn(1)).save(tmp_path / "b.jpg", quality=60)
    drawn(2).save(tmp_path / "c.png")
    (tmp_path / "torn.png").write_bytes((tmp_path / "c.png").read_bytes()[:-200])
    manifest = tmp_path / "mine.csv"
    manifest.write_text(
        "image,split,apart\na.png,train,train\nb.jpg,test,train\nc.png,test,test\ntorn.png,train,\n"
    )
    return manifest


def test_leaks_are_printed_and_written(manifest, tmp_path):
    result = leaks(manifest, "--out", tmp_path / "report")

    assert result.exit_code == 1
    assert "| near_identical | train / test | 1 | 1 | 50.0% | 0 |" in result.stdout
    assert "`torn.png` (truncated_image)" in result.stdout
    assert (tmp_path / "report" / "leaks.md").read_text() == result.stdout[:-1]
    assert json.loads((tmp_path / "report" / "leaks.json").read_text())["unread"] == {
        "truncated_image": 1
    }
    assert "a.png,train,b.jpg,test" in (tmp_path / "report" / "leaks.csv").read_text()


def test_a_clean_split_leaves_with_zero(manifest):
    result = leaks(manifest, "--column", "apart", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["leaks"] == []
    assert json.loads(result.stdout)["n_left_out"] == 1


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [("en_GB.UTF-8", "names no column fold"), ("pt_BR.UTF-8", "não nomeia uma coluna fold")],
)
def test_a_missing_column_is_wrong_usage(manifest, monkeypatch, locale, sentence):
    monkeypatch.setenv("LC_ALL", locale)

    result = leaks(manifest, "--column", "fold")

    assert result.exit_code == 2
    assert sentence in result.stderr


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="RAIOX_DATASETS names no data set")
def test_finds_images_that_two_public_collections_both_hold(tmp_path):
    held = DATA / "chest" / "images"
    twice = (
        "cohen/cohen_covid-19-pneumonia-58-day-7.jpg",
        "radiography/radiography_COVID_COVID-1177.jpg",
    )
    others = sorted((held / "siim").glob("*.jpg"))[:12]
    lines = [f"{held / twice[0]},train", f"{held / twice[1]},test"]
    lines += [
        f"{image},{split}" for image, split in zip(others, ["train", "test"] * 6, strict=True)
    ]
    manifest = tmp_path / "mine.csv"
    manifest.write_text("\n".join(["image,split", *lines]))

    result = leaks(manifest, "--out", tmp_path)

    found = (tmp_path / "leaks.csv").read_text().splitlines()[1:]
    assert result.exit_code == 1
    assert len(found) == 1
    assert all(name in found[0] for name in twice)
