"""The results of a batch: records that survive kills, names of any bytes, tables and JSON lines."""

import csv
import io
import json
import os
from pathlib import Path

import pytest

from raiox.cli.batch.documents import FileDocument
from raiox.cli.batch.json_lines import is_json_lines
from raiox.cli.batch.output import Destination, Output, open_output
from raiox.cli.batch.table import end_of_rows, is_table
from raiox.cli.errors import OutputExistsError, OutputInUseError, ResumeMismatchError
from raiox.cli.options import CsvDialect
from raiox.result import (
    AnsweringModels,
    CodedMessage,
    FilterDocument,
    ModelDocument,
)
from raiox.vocabulary import AnalysisState, ImageKind, Outcome

LABELS = ("no_finding", "lung_opacity", "covid19")
DIALECTS = pytest.mark.parametrize("dialect", list(CsvDialect))
FORMATS = pytest.mark.parametrize("dialect", [*CsvDialect, None], ids=[*CsvDialect, "json"])


def open_table(
    file: Path, dialect: CsvDialect | None = CsvDialect.STANDARD, model: str = "m", **flags: bool
) -> Output:
    return open_output(Destination(file, dialect, **flags), LABELS, model)


def document(path: str, **more: object) -> FileDocument:
    seen = FilterDocument(frontal=0.99, kind=ImageKind.FRONTAL, rotation_deg=0, low_quality=True)
    fields = {
        "id": "0" * 32,
        "state": AnalysisState.DONE,
        "outcome": Outcome.ANALYSED,
        "filter": seen,
        "scores": {"no_finding": 0.125, "lung_opacity": 0.5, "covid19": 0.375},
        "finding": "uncertain",
        "findings_set": ("lung_opacity", "covid19"),
        "notes": ("colour_removed",),
        "sha256": "0" * 64,
        "model": AnsweringModels(id="m", sha256="1", filter=ModelDocument(id="f", sha256="2")),
    }
    return FileDocument(**fields | more, path=path)


def rows(file: Path, delimiter: str = ",") -> list[dict[str, str]]:
    text = file.read_bytes().decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, ""), delimiter=delimiter))


def test_a_row_holds_what_the_document_says(tmp_path):
    file = tmp_path / "new" / "scores.csv"
    with open_table(file) as table:
        table.write(document("/a.png"))

    (row,) = rows(file)
    assert row["covid19"] == "0.375"
    assert row["low_quality"] == "true"
    assert row["notes"] == "colour_removed"
    assert row["findings_set"] == "lung_opacity covid19"
    assert row["code"] == row["reason"] == ""


def test_a_rejection_has_its_code_and_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", "pt_BR.UTF-8")
    with open_table(tmp_path / "t.csv") as table:
        table.write(document("/a.png", rejection=CodedMessage(code="lateral_radiograph")))

    (row,) = rows(tmp_path / "t.csv")
    assert row["code"] == "lateral_radiograph"
    assert row["reason"].startswith("Esta é uma radiografia em perfil. ")


def test_excel_gets_semicolons_decimal_commas_and_a_mark(tmp_path):
    with open_table(tmp_path / "t.csv", CsvDialect.EXCEL) as table:
        table.write(document("/a;b.png"))

    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbfpath;state;")
    (row,) = rows(tmp_path / "t.csv", ";")
    assert (row["path"], row["covid19"]) == ("/a;b.png", "0,375")


def test_a_path_keeps_the_bytes_of_its_name(tmp_path):
    name = os.fsdecode(b"/caf\xe9.png")
    with open_table(tmp_path / "t.csv") as table:
        table.write(document(name))

    assert b"/caf\xe9.png" in (tmp_path / "t.csv").read_bytes()
    assert open_table(tmp_path / "t.csv", resume=True).__exit__() is None
    with open_table(tmp_path / "t.csv", resume=True) as table:
        assert set(table.done) == {name}


@FORMATS
def test_wherever_a_kill_cuts_the_file_resuming_gives_every_file_one_row(tmp_path, dialect):
    paths = ["/plain.png", '/quo"te, semi;colon.png', "/line\nbreak\r\n.png", "/ação.png"]
    with open_table(tmp_path / "whole.csv", dialect) as table:
        for path in paths:
            table.write(document(path))
    whole = (tmp_path / "whole.csv").read_bytes()

    for cut in {*range(0, len(whole), 1 if dialect else 13), len(whole)}:
        file = tmp_path / "cut.csv"
        file.write_bytes(whole[:cut])
        with open_table(file, dialect, resume=True) as table:
            for path in paths:
                if path not in table.done:
                    table.write(document(path))
        assert file.read_bytes() == whole, cut


def test_a_table_is_neither_overwritten_nor_continued_unless_asked(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("mine")

    with pytest.raises(OutputExistsError):
        open_table(file)
    assert file.read_text() == "mine"
    with open_table(file, overwrite=True) as table:
        table.write(document("/a.png"))
    assert [row["path"] for row in rows(file)] == ["/a.png"]


@FORMATS
@pytest.mark.parametrize(
    "content", ["mine", "image,label\na.png,x\n", 'an open " quote\n', '{"id": "mine"}\n']
)
def test_what_is_not_ours_is_not_touched_by_resuming(tmp_path, dialect, content):
    (tmp_path / "t.csv").write_text(content)

    with pytest.raises(ResumeMismatchError):
        open_table(tmp_path / "t.csv", dialect, resume=True)
    assert (tmp_path / "t.csv").read_text() == content


@pytest.mark.parametrize(
    ("begun", "dialect", "model"),
    [
        (CsvDialect.STANDARD, CsvDialect.EXCEL, "m"),
        (CsvDialect.STANDARD, CsvDialect.STANDARD, "another"),
        (CsvDialect.STANDARD, None, "m"),
        (None, CsvDialect.STANDARD, "m"),
        (None, None, "another"),
    ],
)
def test_results_of_another_format_or_model_are_not_continued(tmp_path, begun, dialect, model):
    with open_table(tmp_path / "results", begun) as table:
        table.write(document("/a.png"))
    content = (tmp_path / "results").read_bytes()

    with pytest.raises(ResumeMismatchError):
        open_table(tmp_path / "results", dialect, model, resume=True)
    assert (tmp_path / "results").read_bytes() == content


@FORMATS
def test_what_is_done_is_known_with_how_it_ended(tmp_path, dialect):
    refused = CodedMessage(code="photograph")
    ended = {"outcome": Outcome.REJECTED, "scores": None, "finding": None, "rejection": refused}
    failed = {"outcome": None, "model": None, "error": CodedMessage(code="not_an_image")}
    with open_table(tmp_path / "results", dialect) as table:
        table.write(document("/a.png"))
        table.write(document("/b.png", **ended))
        table.write(document("/c.png", **ended | {"rejection": None} | failed))

    with open_table(tmp_path / "results", dialect, resume=True) as table:
        assert table.done == {
            "/a.png": ("analysed", "", "uncertain"),
            "/b.png": ("rejected", "photograph", ""),
            "/c.png": ("", "not_an_image", ""),
        }


def test_two_processes_do_not_write_one_table(tmp_path):
    with open_table(tmp_path / "t.csv"), pytest.raises(OutputInUseError):
        open_table(tmp_path / "t.csv", resume=True)


@DIALECTS
def test_a_table_is_recognised_by_its_beginning(tmp_path, dialect):
    with open_table(tmp_path / "t.csv", dialect):
        pass

    assert is_table((tmp_path / "t.csv").read_bytes()[:200])
    assert not is_table(b"path,label\n")


def test_json_lines_are_recognised_by_their_beginning():
    assert is_json_lines(document("/a.png").to_json()[:200])
    assert not is_json_lines(b'{"id": "mine"}')


def test_rows_end_where_every_quote_is_closed():
    assert end_of_rows(io.BytesIO(b'a\r\n"b\n')) == 3
    assert end_of_rows(io.BytesIO(b"")) == 0


def test_json_is_valid_whatever_the_bytes_of_a_path():
    name = os.fsdecode(b"/caf\xe9\n.png")

    line = document(name).to_json()

    assert line.count(b"\n") == 1
    assert json.loads(line.decode("utf-8"))["path"] == name
