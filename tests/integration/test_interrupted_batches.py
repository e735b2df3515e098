"""`raiox predict` over a folder, killed twice and resumed: every file has exactly one record."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from drawn_radiographs import radiograph

N_FILES = 60
BAD = {7: b"", 29: b"a readme", 53: b"\x89PNG\r\n\x1a\nbroken"}
START_S = 60.0
RAIOX = Path(sys.executable).with_name("raiox")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("study")
    images = [radiograph(seed) for seed in range(4)]
    for i in range(N_FILES):
        if i in BAD:
            (made / f"{i:03}").write_bytes(BAD[i])
            continue
        image = images[i % len(images)].copy()
        image.putpixel((0, 0), i)
        image.save(made / f"{i:03}", ("PNG", "JPEG")[i % 2])
    return made


@pytest.mark.parametrize("option", ["--csv", "--output"])
def test_a_batch_that_is_killed_twice_has_one_record_of_each_file(folder, tmp_path, option):
    results = tmp_path / "results"
    command = [RAIOX, "predict", folder, option, results, "--resume"]

    killed = _run_until(command, results, N_FILES // 4, signal.SIGKILL)
    with results.open("ab") as file:
        file.write(b'{"id": "01' if option == "--output" else b'/half/a "row')
    terminated = _run_until(command, results, N_FILES // 2, signal.SIGTERM)
    finished = subprocess.run(command, capture_output=True, text=True, check=False, env=_english())

    assert killed == -signal.SIGKILL
    assert terminated == 130
    assert finished.returncode == 1
    assert finished.stderr.splitlines()[0].startswith("Files: ")
    endings = _endings(results, option)
    assert [path for path, _ in endings] == [str(file) for file in sorted(folder.iterdir())]
    failed = {int(Path(path).name) for path, state in endings if state == "failed"}
    assert failed == set(BAD)


def test_a_finished_batch_is_resumed_without_analysing_anything(folder, tmp_path):
    command = [RAIOX, "predict", folder, "--csv", tmp_path / "t.csv", "--resume"]
    first = subprocess.run(command, capture_output=True, check=False, env=_english())
    before = (tmp_path / "t.csv").read_bytes()

    again = subprocess.run(command, capture_output=True, text=True, check=False, env=_english())

    assert first.returncode == again.returncode
    assert (tmp_path / "t.csv").read_bytes() == before
    assert f"Already in the file: {N_FILES}." in again.stderr


def _run_until(command: list[object], results: Path, n: int, stop: signal.Signals) -> int:
    """Let it write so many lines, then stop it; its exit status."""
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + START_S
        while not results.exists() or results.read_bytes().count(b"\n") < n:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(stop)
        return process.wait()


def _endings(results: Path, option: str) -> list[tuple[str, str]]:
    with results.open(newline="", encoding="utf-8") as file:
        records = csv.DictReader(file) if option == "--csv" else map(json.loads, file)
        return [(record["path"], record["state"]) for record in records]


def _english() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C.UTF-8"}
