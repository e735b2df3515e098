"""A third language, made from the first: its texts are those with other vowels, in brackets."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LANGUAGE = "qps"
LOCALE = "qps-PLOC"
VOWELS = str.maketrans("aeiouAEIOUáéíóúâêôãõàç", "äëïöüÄËÏÖÜ" + "ḁḛḭṵṵḁḛöḁöḁć")
SHARED = ("findings.json", "formats.json", "locales/languages.json")
"""Of the Python package, read by the page."""
OF_RESULT = "src/raiox/locales/{}/result.json"
"""Texts of a result, which the server writes into files too."""
MIN_PIECE = 9
"""Shorter ones may be data: names of files, addresses, identifiers."""
NODE = ROOT / ".venv-node" / "bin" / "node"


def pseudo(text: str) -> str:
    """The text as the third language has it; the names of facts stay."""
    parts = re.split(r"(\{\w+\})", text)
    return "[[" + "".join(p if p.startswith("{") else p.translate(VOWELS) for p in parts) + "]]"


def translate(document: Any) -> Any:
    """The document with the third language beside Portuguese wherever it has texts by language."""
    if isinstance(document, list):
        return [translate(item) for item in document]
    if not isinstance(document, dict):
        return document
    translated = {key: translate(value) for key, value in document.items()}
    if "pt" in document:
        translated[LANGUAGE] = _in_pseudo(document["pt"])
    return translated


def _in_pseudo(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_pseudo(one) for key, one in value.items()}
    return pseudo(value)


def copy_page(folder: Path) -> Path:
    """Copy the page's sources with the third language added; nothing else is edited.

    Returns: the copy of `ui/`.
    """
    ui = folder / "ui"
    shutil.copytree(ROOT / "ui", ui, ignore=shutil.ignore_patterns("node_modules"))
    (ui / "node_modules").symlink_to(ROOT / "ui" / "node_modules")
    for name in ("", "prose."):
        _add(ui / "messages" / f"{name}pt.json", ui / "messages" / f"{name}{LANGUAGE}.json")
    for language in ("pt", "en"):
        _copy(OF_RESULT.format(language), folder)
    _add(ROOT / OF_RESULT.format("pt"), folder / OF_RESULT.format(LANGUAGE))
    for name in SHARED:
        file = _copy(f"src/raiox/{name}", folder)
        _write(file, translate(_read(file)))
    languages = folder / "src" / "raiox" / "locales" / "languages.json"
    listed = _read(languages)
    added = {**listed[0], "id": LANGUAGE, "locale": LOCALE, "name": "Pseudo"}
    _write(languages, [*listed, added])
    return ui


def _copy(name: str, folder: Path) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / name, file)
    return file


def _add(texts: Path, file: Path) -> None:
    """Write a file of the third language from one of the first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    _write(file, {key: pseudo(text) for key, text in _read(texts).items()})


def run_node(ui: Path, tool: str, *words: str) -> str:
    """Run a tool of the page in the copy; its output, which a failure shows."""
    program = ui / "node_modules" / tool
    environment = os.environ | {"NO_COLOR": "1"}
    done = subprocess.run(
        [NODE, program, *words],
        cwd=ui,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def fragments_of_other_languages() -> set[str]:
    """Pieces of text that the page may show only in Portuguese or in English."""
    files = [*ROOT.glob("ui/messages/*.json"), *ROOT.glob(OF_RESULT.format("*"))]
    texts = [text for file in files for text in _read(file).values()]
    pieces = {piece.strip() for text in texts for piece in re.split(r"\{\w+\}", text)}
    return {
        piece for piece in pieces if len(piece) >= MIN_PIECE and piece.translate(VOWELS) != piece
    }


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _write(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
