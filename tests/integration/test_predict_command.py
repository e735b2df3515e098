"""`raiox predict` with the shipped networks, the real decoder and real images."""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pypdf
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from raiox.cli.app import app
from raiox.messages import text
from raiox.vocabulary import NOTICE

DATA = Path(os.environ.get("RAIOX_DATASETS", "nowhere"))

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not DATA.is_dir(), reason="RAIOX_DATASETS names no data set"),
]


def radiographs(source: str, n: int) -> list[Path]:
    found = sorted((DATA / "chest" / "images" / source).glob("*.jpg"))
    return found[:: max(1, len(found) // n)][:n]


def predict(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["predict", *map(str, arguments)])


def documents(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_reads_radiographs_of_three_sources() -> None:
    files = [file for source in ("siim", "kermany", "nih") for file in radiographs(source, 3)]

    result = predict(*files)

    written = documents(result)
    assert result.exit_code == 0
    assert [document["path"] for document in written] == [str(file) for file in files]
    for document in written:
        assert document["outcome"] == "analysed"
        assert document["notice"] == NOTICE
        assert sum(document["scores"].values()) == pytest.approx(1.0, abs=1e-3)
        assert len(document["embedding_xyz"]) == 3
        assert len(document["neighbours"]) == 5


def test_the_same_bytes_get_the_same_answer_alone_and_among_others() -> None:
    file, *others = radiographs("siim", 3)

    alone = documents(predict(file))[0]
    among = documents(predict(*others, file))[-1]

    del alone["timings_ms"], among["timings_ms"]
    assert alone == among


@pytest.mark.parametrize(
    ("turns", "degrees", "back"), [(1, 270, "↻ 90°"), (2, 180, "180°"), (3, 90, "↺ 90°")]
)
def test_a_rotated_radiograph_is_refused_with_its_angle(
    tmp_path: Path, turns: int, degrees: int, back: str
) -> None:
    pixels = np.asarray(Image.open(radiographs("siim", 1)[0]).convert("L"))
    Image.fromarray(np.rot90(pixels, turns)).save(tmp_path / "radiograph.png")

    result = predict(tmp_path / "radiograph.png")

    document = documents(result)[0]
    assert result.exit_code == 1
    assert document["outcome"] == "rejected"
    assert document["scores"] is None
    assert document["rejection"]["code"] == "rotated_radiograph"
    assert document["rejection"]["facts"]["rotation_deg"] == degrees
    assert document["rejection"]["facts"]["turn_back_deg"] == 360 - degrees
    assert back in document["rejection"]["messages"]["en"]["action"]


def test_a_photograph_is_refused_as_one() -> None:
    photograph = min((DATA / "filter/images/natural_imagenet").glob("*.jpg"))

    document = documents(predict(photograph))[0]

    assert document["rejection"]["code"] == "photograph"
    assert document["finding"] is None


def test_a_file_that_is_no_image_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("not an image")
    good = radiographs("nih", 1)[0]

    result = predict(tmp_path, good)

    broken, read = documents(result)
    assert result.exit_code == 1
    assert broken["state"] == "failed"
    assert broken["error"]["code"] == "not_an_image"
    assert read["outcome"] == "analysed"


def test_writes_a_table_and_a_heatmap_for_every_finding(tmp_path: Path) -> None:
    file = radiographs("kermany", 1)[0]

    result = predict(file, "--csv", tmp_path / "scores.csv", "--heatmaps", tmp_path / "maps")

    assert result.exit_code == 0
    with (tmp_path / "scores.csv").open(newline="") as table:
        (row,) = csv.DictReader(table)
    assert row["path"] == str(file)
    assert 0 <= float(row["covid19"]) <= 1
    pictures = sorted((tmp_path / "maps").iterdir())
    assert len(pictures) == 3
    with Image.open(file) as radiograph, Image.open(pictures[0]) as heatmap:
        assert heatmap.size == radiograph.size
        assert heatmap.convert("RGBA").getchannel("A").getextrema()[1] <= 217


@pytest.mark.parametrize("language", ["pt", "en"])
def test_writes_a_page_for_every_image_in_the_language_of_the_command(
    tmp_path: Path, language: str
) -> None:
    files = radiographs("siim", 2)

    result = predict(*files, "--pdf", tmp_path / "pages", "--language", language)

    written = [Path(document["pdf"]) for document in documents(result)]
    assert [page.parent for page in written] == [tmp_path / "pages"] * 2
    readers = [pypdf.PdfReader(page) for page in written]
    assert {len(reader.pages) for reader in readers} == {1}
    assert {reader.metadata.title for reader in readers} == {text("pdf.title", language)}
    shown = " ".join(readers[0].pages[0].extract_text().split())
    assert text("pdf.meaning_note", language)[:50] in shown


def test_a_table_may_go_to_the_standard_output(tmp_path: Path) -> None:
    result = predict(radiographs("kermany", 1)[0], "--csv", "-")

    assert result.exit_code == 0
    assert [row["state"] for row in csv.DictReader(result.stdout.splitlines())] == ["done"]
    assert "raiox" not in result.stdout.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_image_may_be_passed_over(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("of the export")
    (tmp_path / "a.jpg").write_bytes(radiographs("kermany", 1)[0].read_bytes())

    counted, passed_over = predict(tmp_path), predict(tmp_path, "--skip-unreadable")

    assert (counted.exit_code, len(documents(counted))) == (1, 2)
    assert (passed_over.exit_code, len(documents(passed_over))) == (0, 2)


def test_nothing_to_read_is_a_usage_error(tmp_path: Path) -> None:
    assert predict(tmp_path / "absent.png").exit_code == 2
    assert predict(tmp_path).exit_code == 2


def test_a_pipe_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")

    assert predict(tmp_path / "pipe.png").exit_code == 2
