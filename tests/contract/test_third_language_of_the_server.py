"""A third language is a folder of texts and an entry in a list: server, report, command line."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import raiox

PACKAGE = Path(raiox.__file__).parent
OPEN, CLOSE = "«", "»"
ENTRY = {
    "id": "xx",
    "locale": "xx-XX",
    "name": "Xxxx",
    "decimal_separator": "·",
    "notice": f"{OPEN}notice{CLOSE}",
}

SCRIPT = """
import json
from starlette.requests import Request
from raiox.cli.language import terminal_language
from raiox.messages import load, messages_in_all_languages, texts
from raiox.vocabulary import LANGUAGES, NOTICE
from raiox.web.http.language import language_of
from raiox.web.site.html_form import _decimal

headers = [(b"accept-language", b"xx-XX,en;q=0.5")]
request = Request({"type": "http", "query_string": b"", "headers": headers})
print(json.dumps({
    "languages": list(LANGUAGES),
    "notice": NOTICE["xx"],
    "negotiated": language_of(request),
    "decimal": _decimal(0.25, "xx"),
    "problems": [messages_in_all_languages(code, {})["xx"]["title"] for code in load("en")],
    "form": [texts(f"form.{key}")["xx"] for key in load("en", "form")],
    "report": [texts(f"report.{key}")["xx"] for key in load("en", "report")
               if isinstance(load("en", "report")[key], str)],
    "terminal": terminal_language(),
}))
"""


def marked(texts: object) -> object:
    """The same texts, each between marks that no other language has."""
    if isinstance(texts, dict):
        return {key: marked(value) for key, value in texts.items()}
    return f"{OPEN}{texts}{CLOSE}"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package with a generated language beside the real ones."""
    target = tmp_path / "raiox"
    shutil.copytree(
        PACKAGE, target, ignore=shutil.ignore_patterns("models", "page", "__pycache__", "lab")
    )
    locales = target / "locales"
    listed = json.loads((locales / "languages.json").read_text(encoding="utf-8"))
    (locales / "languages.json").write_text(json.dumps([*listed, ENTRY]), encoding="utf-8")
    (locales / "xx").mkdir()
    for file in (locales / "en").glob("*.json"):
        texts = marked(json.loads(file.read_text(encoding="utf-8")))
        (locales / "xx" / file.name).write_text(json.dumps(texts), encoding="utf-8")
    return tmp_path


def test_a_generated_language_is_spoken_without_a_change_of_code(copy: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(copy), "LC_ALL": "xx_XX.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )

    spoken = json.loads(done.stdout)
    assert spoken["languages"] == ["pt", "en", "xx"]
    assert spoken["negotiated"] == spoken["terminal"] == "xx"
    assert spoken["decimal"] == "0·25"
    for texts in ([spoken["notice"]], spoken["problems"], spoken["form"], spoken["report"]):
        assert texts
        assert not [text for text in texts if not (text[0] == OPEN and text[-1] == CLOSE)]
