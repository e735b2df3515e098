"""Jobs: run a few at a time, begun again when killed, ended with their runner."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from raiox.lab.jobs.job import N_RETRIES, Job
from raiox.lab.jobs.local import LocalRunner

DIES_AT_FIRST = """
import os, signal, sys
from pathlib import Path
begun = Path(sys.argv[1])
n = len(begun.read_text()) if begun.exists() else 0
begun.write_text("x" * (n + 1))
if n < int(sys.argv[2]):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def python(number: int, script: str, *arguments: object, **more: object) -> Job:
    return Job(number, (sys.executable, "-c", script, *map(str, arguments)), **more)


def test_one_that_fails_is_named_with_its_last_words_and_stops_no_other(tmp_path: Path):
    jobs = [
        python(i, "import sys; sys.exit('broken' if sys.argv[1] == '1' else 0)", i)
        for i in range(3)
    ]

    seen = list(LocalRunner(2).run(jobs))

    failures = [failure for now in seen for failure in now.failures]
    assert [(failure.number, failure.output) for failure in failures] == [(1, "broken\n")]
    assert sorted(number for now in seen for number in now.ended) == [0, 1, 2]
    assert max(len(now.running) for now in seen) <= 2


@pytest.mark.parametrize(("n_kills", "n_failures"), [(N_RETRIES, 0), (N_RETRIES + 1, 1)])
def test_one_that_is_killed_begins_again_a_few_times(tmp_path: Path, n_kills: int, n_failures: int):
    begun = tmp_path / "begun"

    seen = list(LocalRunner().run([python(0, DIES_AT_FIRST, begun, n_kills)]))

    assert len(begun.read_text()) == N_RETRIES + 1
    assert sum(len(now.failures) for now in seen) == n_failures
    assert [number for now in seen for number in now.ended] == [0]


def test_jobs_share_the_threads():
    assert [LocalRunner(n).share(7) for n in (1, 3, 9)] == [7, 2, 1]


def test_what_a_job_prints_is_added_to_its_log(tmp_path: Path):
    log = tmp_path / "run" / "log.txt"
    for _ in range(2):
        list(LocalRunner().run([python(0, "print('line')", log=log)]))

    assert log.read_text() == "line\nline\n"


def test_a_job_has_the_variables_of_its_runner_and_its_own(tmp_path: Path):
    out = tmp_path / "out"
    script = "import os, sys; open(sys.argv[1], 'w').write(os.environ['HOME'] + os.environ['OWN'])"
    list(LocalRunner().run([python(0, script, out, environment={"OWN": "!"})]))

    assert out.read_text() == os.environ["HOME"] + "!"


def test_a_runner_that_is_left_early_leaves_no_process(tmp_path: Path):
    jobs = [python(i, "import time; time.sleep(600.25)") for i in range(2)]

    with closing(LocalRunner(2).run(jobs)) as progress:
        assert len(next(progress).running) == 2

    assert not [line for line in _command_lines() if "600.25" in line]


def test_a_job_whose_runner_was_killed_ends(tmp_path: Path):
    lifeline = (
        "from raiox.lab.jobs.lifeline import end_with_the_runner; end_with_the_runner();"
        "import time; time.sleep(600.5)"
    )
    runner = (
        "import sys; from raiox.lab.jobs.job import Job; from raiox.lab.jobs.local import LocalRunner\n"
        "for _ in LocalRunner().run([Job(0, (sys.executable, '-c', sys.argv[1]))]): pass"
    )
    with subprocess.Popen([sys.executable, "-c", runner, lifeline]) as process:
        _wait_for(lambda: sum("600.5" in line for line in _command_lines()) == 2)
        process.kill()

    _wait_for(lambda: not any("600.5" in line for line in _command_lines()))
    assert process.returncode == -signal.SIGKILL


def _wait_for(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _command_lines() -> list[str]:
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_text(errors="replace"))
        except OSError:
            continue
    return lines
