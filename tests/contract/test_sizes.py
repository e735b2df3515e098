"""What documents say of the disk is what lies on it; `docs/reference/performance.md` is their home."""

import re
from importlib import metadata
from pathlib import Path

import pytest

import raiox

ROOT = Path(__file__).parents[2]
PACKAGE = Path(raiox.__file__).parent
BLOCK = 4096
MEBIBYTE = 2**20
HOME = " ".join((ROOT / "docs" / "reference" / "performance.md").read_text("utf-8").split())
LARGEST = {
    "ONNX Runtime": "onnxruntime",
    "NumPy with OpenBLAS": "numpy",
    "GDCM": "python-gdcm",
    "Pillow": "pillow",
    "SQLAlchemy": "sqlalchemy",
}
EXTRA = "typst"


def figure(pattern: str, text: str = HOME) -> int:
    return int(re.search(pattern, text)[1].replace(",", ""))


def on_disk(files) -> float:
    """Megabytes of the files, in whole blocks, as `du` counts them; without compiled bytecode."""
    kept = [file for file in files if file.is_file() and not file.is_symlink()]
    n_blocks = sum(-(-f.stat().st_size // BLOCK) for f in kept if f.suffix != ".pyc")
    return n_blocks * BLOCK / MEBIBYTE


def installed(package: str) -> float:
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:  # of another system
        return 0
    return on_disk(Path(file.locate()) for file in files)


@pytest.fixture(scope="module")
def packages():
    lock = (ROOT / "requirements" / "serve.txt").read_text(encoding="utf-8")
    return {name: installed(name) for name in re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE)}


def test_an_installation_takes_what_its_page_says(packages):
    extra = packages[EXTRA]
    others = {name: size for name, size in packages.items() if name != EXTRA}

    assert sum(others.values()) == pytest.approx(figure(r"(\d+) MB of packages"), rel=0.05)
    assert extra == pytest.approx(figure(r"which `make setup` installs, is (\d+) MB"), rel=0.05)
    said = {name: figure(rf"{name} \((\d+)") for name in LARGEST}
    for name, package in LARGEST.items():
        assert packages[package] == pytest.approx(said[name], rel=0.1)
    assert sorted(others, key=others.get, reverse=True)[: len(said)] == list(LARGEST.values())


def test_raiox_itself_takes_what_its_page_says():
    if not (PACKAGE / "web" / "page" / "index.html").exists():
        pytest.skip("the page is not built (scripts/build-page.sh)")

    networks = on_disk((PACKAGE / "models").rglob("*"))
    whole = on_disk(PACKAGE.rglob("*"))
    assert networks == pytest.approx(figure(r"networks are (\d+)"), abs=1)
    assert whole == pytest.approx(figure(r"and (\d+) MB of raiox"), rel=0.1)


def test_a_newcomer_learns_how_much_disk_the_set_up_takes(packages):
    tools = [ROOT / ".venv-node" / "lib", ROOT / "ui" / "node_modules" / "svelte"]
    if not all(folder.exists() for folder in tools):
        pytest.skip("what builds the page is not installed (scripts/build-page.sh)")

    text = (ROOT / "docs" / "getting-started" / "first-analysis.md").read_text(encoding="utf-8")
    said = 1000 * float(re.search(r"about ([\d.]+) GB of disk", text)[1])
    parts = [on_disk((ROOT / name).rglob("*")) for name in (".venv-node/lib", "ui/node_modules")]
    bytecode = figure(r"(\d+) MB more where the packages are compiled")
    measured = sum(packages.values()) + bytecode + sum(parts) + on_disk(PACKAGE.rglob("*"))
    # Besides, the history of the checkout, which grows.
    assert 0.75 * said < measured <= said
