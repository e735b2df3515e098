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
