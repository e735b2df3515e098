"""Commands that serve begin what takes long before they import the rest."""

import subprocess
import sys
import threading

import pytest
from typer.testing import CliRunner

from raiox.cli.ahead import Begun
from raiox.cli.app import app

PROGRAM = """
import sys
import raiox.inference.engine_process as engine_process
import raiox.intake as intake

def says(name):
    def begin(*_):
        # In one piece: both threads write.
        sys.stdout.write(f"{name} {'raiox.web.server' in sys.modules}\\n")
        if name == "decoders":
            raise SystemExit
    return begin

engine_process.EngineProcess = says("networks")
intake.Intake = says("decoders")

from raiox.cli.app import main
main()
"""


def test_the_first_call_returns_what_was_begun_and_later_ones_do_it_anew():
    began = threading.Semaphore(0)
    results = iter(["begun", "anew"])

    def work():
        began.release()
        return next(results)

    result = Begun(work)

    assert began.acquire(timeout=10)
    assert [result(), result()] == ["begun", "anew"]


def test_an_error_of_what_was_begun_comes_to_who_asks():
    def work():
        raise LookupError

    with pytest.raises(LookupError):
        Begun(work)()


def test_the_service_begins_networks_and_decoders_before_it_imports_the_web(tmp_path):
    words = ["serve", "--port", "0", "--data-dir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert sorted(done.stdout.splitlines()) == ["decoders False", "networks False"]


def test_decoders_that_were_begun_end_with_a_service_that_is_refused(tmp_path, monkeypatch):
    ended = []

    class Decoders:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            ended.append(True)

    monkeypatch.setattr("raiox.intake.Intake", lambda _: Decoders())
    monkeypatch.setattr("raiox.inference.engine_process.EngineProcess", lambda _: object())
    monkeypatch.setenv("RAIOX_WEB__LIMITS", "false")
    words = ["serve", "--host", "0.0.0.0", "--port", "0", "--data-dir", str(tmp_path)]

    done = CliRunner().invoke(app, words)

    assert done.exit_code == 2, done.output
    assert ended == [True]
