"""What a newcomer sees of `make run`: the address, what to try there, and where everything lies."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from serving import ROOT, free_port

RAIOX = Path(sys.executable).with_name("raiox")
READY_S = 120
SENTENCES = {
    "en_US.UTF-8": ("raiox answers at", "choose an example, or drop a chest radiograph", "Ctrl-C"),
    "pt_BR.UTF-8": ("O raiox responde em", "escolha um exemplo ou solte uma radiografia", "Ctrl-C"),
}


@pytest.fixture
def clone(tmp_path) -> Path:
    """A checkout that has been set up: what `make run` starts, with this environment's `raiox`."""
    scripts, programs = tmp_path / "scripts", tmp_path / ".venv" / "bin"
    scripts.mkdir()
    programs.mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "run.sh", scripts)
    (scripts / "setup.sh").write_text("#!/bin/sh\nexit 0\n")
    (scripts / "setup.sh").chmod(0o755)
    (programs / "raiox").symlink_to(RAIOX)
    return tmp_path


@pytest.mark.parametrize("language", SENTENCES)
def test_make_run_prints_the_address_and_what_to_try_there(clone, language):
    port, folder = free_port(), clone / "var"
    command = ["sh", "scripts/run.sh", "--port", str(port), "--data-dir", str(folder)]
    environment = os.environ | {"LC_ALL": language, "PYTHONPATH": str(ROOT / "src")}
    service = subprocess.Popen(
        command, cwd=clone, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    try:
        assert service.stdout is not None
        first, second = service.stdout.readline(), service.stdout.readline()
        address = first.split()[-1]
        answers = httpx.get(address, timeout=READY_S).text
    finally:
        service.terminate()
        service.communicate(timeout=READY_S)

    assert address == f"http://127.0.0.1:{port}/"
    assert "<title>raiox" in answers
    assert all(words in first + second for words in SENTENCES[language])
    assert str(folder) in second


@pytest.mark.parametrize(
    ("version", "is_taken"),
    [((3, 10, 14), False), ((3, 11, 2), True), ((3, 13, 0), True), ((3, 14, 0), False)],
)
def test_a_python_that_is_too_old_or_too_new_is_refused_with_what_to_install(
    tmp_path, version, is_taken
):
    python = tmp_path / "python3"
    pretend = f"import sys; sys.version_info = {version}; exec(sys.argv[1])"
    python.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{pretend}' \"$2\"\n")
    python.chmod(0o755)

    found = subprocess.run(
        ["/bin/sh", "-c", ". scripts/environment.sh; find_python"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (found.returncode == 0) is is_taken
    assert found.stdout.strip() == (str(python) if is_taken else "")
    advice = "Python 3.11, 3.12 or 3.13 with its venv module is needed"
    assert (advice in found.stderr) is not is_taken
    assert ("apt install python3-venv" in found.stderr) is not is_taken


def welcome(folder: Path) -> str:
    """All that a service says that is started in a folder, without naming one for its history."""
    command = [RAIOX, "serve", "--port", str(free_port())]
    environment = os.environ | {"LC_ALL": "en_US.UTF-8", "PYTHONPATH": str(ROOT / "src")}
    environment.pop("RAIOX_DATA_DIR", None)
    service = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    try:
        assert service.stdout is not None
        first = service.stdout.readline()
        service.terminate()
        return first + service.stdout.read()
    finally:
        service.kill()
        service.communicate(timeout=READY_S)


def test_a_service_that_starts_in_another_folder_says_that_its_history_is_new(tmp_path):
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    here.mkdir()
    elsewhere.mkdir()

    assert f"{here / 'var'} is new and has no history" in welcome(here)
    again = welcome(here)
    assert str(here / "var") in again
    assert "is new" not in again
    assert f"{elsewhere / 'var'} is new and has no history" in welcome(elsewhere)
