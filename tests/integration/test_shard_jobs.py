"""A batch in shards by several processes: the same rows wherever it runs and wherever it lies."""

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import obstore
import pytest
from drawn_radiographs import radiograph
from seaweed import BUCKET, SeaweedServer

N_FILES = 12
START_S = 120.0
GIVES_UP_S = 90.0
RAIOX = Path(sys.executable).with_name("raiox")
SHARDS = ["--shards", "4"]
MODULE = "raiox.cli.batch.shard_process"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("study")
    for i in range(N_FILES):
        if i == 5:
            (made / "05").write_bytes(b"a readme")
            continue
        image = radiograph(i % 3)
        image.putpixel((0, 0), i)
        image.save(made / f"{i:02}", "PNG")
    return made


@pytest.fixture(scope="module")
def whole(folder: Path, tmp_path_factory) -> dict[str, bytes]:
    """What one process writes."""
    out = tmp_path_factory.mktemp("whole")
    assert predict(folder, out, *SHARDS).returncode == 1  # of the readme
    return contents(out)


def predict(folder: object, out: object, *options: str, **variables: str):
    return subprocess.run(
        [RAIOX, "predict", folder, "--out", str(out), *options],
        capture_output=True, text=True, check=False, env=os.environ | {"LANG": "C"} | variables,
    )  # fmt: skip


def contents(out: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in out.iterdir()}


def children(parent: int) -> dict[int, list[bytes]]:
    """Command lines by process."""
    pids = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in pids}


def test_several_processes_write_what_one_writes(folder, whole, tmp_path):
    several = predict(folder, tmp_path, *SHARDS, "--jobs", "2")

    assert several.returncode == 1, several.stderr
    assert several.stderr.startswith(f"Files: {N_FILES}.")
    assert contents(tmp_path) == whole


def test_the_shard_of_a_killed_process_is_begun_again(folder, whole, tmp_path):
    command = [RAIOX, "predict", folder, "--out", tmp_path, *SHARDS, "--jobs", "2"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        deadline, killed = time.monotonic() + START_S, None
        while killed is None and time.monotonic() < deadline:
            for pid, words in children(process.pid).items():
                if MODULE.encode() in words:
                    os.kill(pid, signal.SIGKILL)
                    killed = pid
                    break
            time.sleep(0.01)
        status = process.wait()

    assert killed is not None
    assert status == 1
    assert contents(tmp_path) == whole


def test_processes_of_a_killed_command_end_with_it(folder, whole, tmp_path):
    command = [RAIOX, "predict", folder, "--out", tmp_path, *SHARDS, "--jobs", "2"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        deadline, shards = time.monotonic() + START_S, []
        while not shards and time.monotonic() < deadline:
            shards = [
                pid for pid, words in children(process.pid).items() if MODULE.encode() in words
            ]
            time.sleep(0.01)
        process.kill()
    while any(Path(f"/proc/{pid}").exists() for pid in shards):
        assert time.monotonic() < deadline
        time.sleep(0.05)

    assert shards
    assert predict(folder, tmp_path, *SHARDS).returncode == 1
    assert contents(tmp_path) == whole


def test_a_bucket_holds_the_same_parts(folder, whole, seaweed: SeaweedServer):
    address = f"s3://{BUCKET}/scores/one"
    first = predict(folder, address, *SHARDS, "--shard", "2", **seaweed.variables)
    several = predict(folder, address, *SHARDS, "--jobs", "2", **seaweed.variables)
    again = predict(folder, address, **seaweed.variables)

    assert (first.returncode, several.returncode, again.returncode) == (1, 1, 1), several.stderr
    assert f"Already in the file: {N_FILES}." in again.stderr
    assert in_bucket(seaweed, "scores/one") == whole


def test_two_processes_at_one_bucket_write_each_row_once(folder, whole, seaweed: SeaweedServer):
    command = [RAIOX, "predict", folder, "--out", f"s3://{BUCKET}/scores/two", *SHARDS]
    together = [
        subprocess.Popen(command, stderr=subprocess.DEVNULL, env=os.environ | seaweed.variables)
        for _ in range(2)
    ]

    assert {process.wait() for process in together} <= {0, 1}
    assert in_bucket(seaweed, "scores/two") == whole


@pytest.fixture(scope="module")
def source(folder: Path, seaweed: SeaweedServer) -> str:
    """The address of a copy of the folder."""
    for file in folder.iterdir():
        obstore.put(seaweed.store("study"), file.name, file.read_bytes())
    return f"s3://{BUCKET}/study"


def test_images_in_a_bucket_have_the_rows_of_those_in_a_folder(
    folder, source, whole, tmp_path, seaweed: SeaweedServer
):
    several = predict(source, tmp_path / "out", *SHARDS, "--jobs", "2", **seaweed.variables)
    table = tmp_path / "table.csv"
    command = [RAIOX, "predict", source, "--csv", table]
    whole_table = subprocess.run(
        command, capture_output=True, text=True, check=False,
        env=os.environ | {"LANG": "C"} | seaweed.variables,
    )  # fmt: skip

    def moved(content: bytes) -> bytes:
        return content.replace(str(folder).encode(), source.encode())

    assert several.returncode == whole_table.returncode == 1, several.stderr
    assert contents(tmp_path / "out") == {name: moved(part) for name, part in whole.items()}
    parts = [moved(whole[name]) for name in sorted(whole) if name.endswith(".csv")]
    rows = [row for part in parts for row in part.splitlines(keepends=True)[1:]]
    assert table.read_bytes().splitlines(keepends=True)[1:] == rows


@pytest.mark.parametrize("of", ["source", "parts", "table"])
def test_a_store_that_goes_away_in_the_middle_ends_a_batch_in_words_and_it_continues(
    folder, source, whole, tmp_path, seaweed: SeaweedServer, of
):
    """It may lack its images, or have nowhere to put its parts."""
    out = {"source": tmp_path / "out", "parts": f"s3://{BUCKET}/scores/away"}.get(of)
    results = tmp_path / "table.csv"
    writes = ["--csv", results, "--resume"] if of == "table" else ["--out", out, *SHARDS]
    command = [RAIOX, "predict", folder if of == "parts" else source, *map(str, writes)]
    variables = os.environ | {"LANG": "C"} | seaweed.variables | {"RAIOX_INFERENCE__N_THREADS": "1"}

    def done() -> int:
        """Rows of a table, or parts."""
        if of == "table":
            lines = results.read_bytes().splitlines() if results.exists() else []
            return max(0, len(lines) - 1)
        names = in_bucket(seaweed, "scores/away") if of == "parts" else contents_if_any(out)
        return sum(name.startswith("part-") for name in names)

    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=variables) as process:
        deadline = time.monotonic() + START_S
        while not done() and time.monotonic() < deadline:
            time.sleep(0.02)
        seaweed.stop()
        began = time.monotonic()
        printed = process.communicate(timeout=START_S)[1]
        took_s = time.monotonic() - began
    seaweed.start()
    before = done()
    again = subprocess.run(command, capture_output=True, text=True, check=False, env=variables)

    assert process.returncode == 2, printed
    assert took_s < GIVES_UP_S
    assert printed.rstrip().endswith("[store_unusable]")
    assert "Traceback" not in printed
    assert 0 < before < (N_FILES if of == "table" else 4)
    assert again.returncode == 1, again.stderr
    assert "Already in the file: " in again.stderr
    if of == "table":
        assert len(results.read_bytes().splitlines()) == 1 + N_FILES
    else:
        assert done() == 4


def contents_if_any(out: Path) -> dict[str, bytes]:
    return contents(out) if out.exists() else {}


def test_a_bucket_that_refuses_is_named(folder, seaweed: SeaweedServer):
    wrong = seaweed.variables | {"AWS_SECRET_ACCESS_KEY": "wrong"}
    refused = predict(folder, f"s3://{BUCKET}/scores/x", **wrong)

    assert refused.returncode == 2
    assert "[store_unusable]" in refused.stderr
    assert f"s3://{BUCKET}/scores/x" in refused.stderr
    assert "Traceback" not in refused.stderr


def in_bucket(seaweed: SeaweedServer, prefix: str) -> dict[str, bytes]:
    store = seaweed.store(prefix)
    keys = [one["path"] for page in obstore.list(store) for one in page]
    return {key: bytes(obstore.get(store, key).bytes()) for key in keys}


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed (make ray)")
def test_ray_writes_the_same_rows_and_listens_on_loopback_alone(folder, whole, tmp_path):
    out = tmp_path / "scores"
    command = [RAIOX, "predict", folder, "--out", out, *SHARDS, "--jobs", "2", "--engine", "ray"]
    home = tmp_path / "home"
    home.mkdir()
    variables = os.environ | {"LANG": "C", "HOME": str(home)}
    addresses: set[str] = set()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=variables) as process:
        while process.poll() is None:
            addresses |= listening(process.pid)
            time.sleep(0.1)
        printed = process.stderr.read()

    assert process.returncode == 1, printed
    assert addresses
    assert addresses <= {"127.0.0.1", "::ffff:127.0.0.1", "::1"}
    assert contents(out) == whole
    assert len(printed.splitlines()) <= 6, printed
    assert not (home / ".ray").exists()  # no token is left
    assert not children_left(out)


def listening(session: int) -> set[str]:
    """Addresses on which a process and all that it started listen."""
    table = subprocess.run(["ss", "-ltnpH"], capture_output=True, text=True, check=True).stdout
    descendants = {f"pid={pid}," for pid in descendants_of(session)}
    return {
        line.split()[3].rpartition(":")[0].strip("[]")
        for line in table.splitlines()
        if any(pid in line for pid in descendants)
    }


def descendants_of(pid: int) -> set[int]:
    found = {pid}
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(status.parent.name)] = int(fields[1])
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def children_left(out: Path) -> list[str]:
    """Processes that name the folder and still run."""
    left = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes()
        except OSError:
            continue
        if str(out).encode() in words:
            left.append(words.decode(errors="replace"))
    return left
