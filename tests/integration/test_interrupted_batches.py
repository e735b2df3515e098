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

N_FILES = 30
BAD = {4: b"", 14: b"a readme", 26: b"\x89PNG\r\n\x1a\nbroken"}
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


@pytest.mark.parametrize("part_format", ["csv", "parquet"])
def test_shards_that_are_killed_have_one_row_of_each_file(folder, tmp_path, part_format):
    if part_format == "parquet":
        pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    parts = tmp_path / "parts"
    command = [RAIOX, "predict", folder, "--out", parts, "--shards", "6"]
    command += ["--part-format", part_format]
    for n_parts, stop in ((1, signal.SIGKILL), (3, signal.SIGKILL), (4, signal.SIGTERM)):
        _stop_after(command, parts, n_parts, stop)
    before = {part: part.stat().st_mtime_ns for part in parts.glob("part-*")}
    together = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for _ in range(2)]
    statuses = {process.wait() for process in together}
    whole = subprocess.run(command, capture_output=True, text=True, check=False, env=_english())

    assert statuses <= {0, 1}
    assert whole.returncode == 1  # of the files that are no images
    assert f"Already in the file: {N_FILES}." in whole.stderr
    assert all(part.stat().st_mtime_ns == written for part, written in before.items())
    assert sorted(file.name for file in parts.iterdir()) == [
        *(f"part-{shard:05d}-of-00006.{part_format}" for shard in range(6)), "plan.json",
    ]  # fmt: skip
    paths = [path for part in sorted(parts.glob("part-*")) for path in _paths_of(part)]
    assert paths == [str(file) for file in sorted(folder.iterdir())]


def test_one_job_writes_one_shard(folder, tmp_path):
    parts = tmp_path / "parts"
    command = [RAIOX, "predict", folder, "--out", parts, "--shards", "10", "--shard", "9"]
    subprocess.run(command, capture_output=True, check=False, env=_english())

    [part] = parts.glob("part-*")
    assert part.name == "part-00009-of-00010.csv"
    assert _paths_of(part) == [str(file) for file in sorted(folder.iterdir())[27:]]


def _stop_after(command: list[object], parts: Path, n: int, stop: signal.Signals) -> None:
    """Stop it in the middle of the part after so many."""
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + START_S
        while len(list(parts.glob("part-*"))) < n:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(stop)
        process.wait()


def _paths_of(part: Path) -> list[str]:
    if part.suffix == ".parquet":
        from pyarrow import parquet  # noqa: PLC0415  (an extra)

        return parquet.read_table(part, columns=["path"])["path"].to_pylist()
    with part.open(newline="") as file:
        return [row["path"] for row in csv.DictReader(file)]


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
