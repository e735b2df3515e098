"""The engine's process may die; whoever asks gets a result or a reason, and the next one a new process."""

import os
import signal
import threading
import time
from functools import partial
from multiprocessing import Pipe
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEngine, result_of

from raiox.bundle.errors import BundleMissingError
from raiox.entities import Radiograph
from raiox.errors import InternalError
from raiox.inference import engine_process
from raiox.inference.engine_process import EngineProcess, serve
from raiox.inference.errors import EngineCrashedError, ModelUnavailableError
from raiox.inference.local import LocalEngine
from raiox.settings import InferenceSettings

RADIOGRAPH = Radiograph(np.full((90, 80), 100, np.uint8), "0" * 64, "png", ("colour_removed",))


@pytest.fixture(scope="module")
def engine():
    process = EngineProcess(partial(LocalEngine.open, InferenceSettings()))
    yield process
    process.close()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def comes_true(condition, patience_s=60.0):
    deadline = time.monotonic() + patience_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def child_other_than(known):
    """A process that this one has started since, as soon as there is one."""
    while True:
        children = Path("/proc/self/task").glob("*/children")
        found = {int(pid) for path in children for pid in path.read_text().split()} - known
        running = [pid for pid in found if is_running(pid)]
        if running:
            return running[0]


def test_it_answers_as_the_engine_inside_it(engine):
    [result] = engine.predict([RADIOGRAPH])

    assert result.rejection is not None
    assert set(engine.models) >= {"frontal_filter", "classifier"}
    [occlusion] = engine.occlude_lungs([RADIOGRAPH])
    assert sum(occlusion.scores_without_lungs.values()) == pytest.approx(1)


def test_a_killed_process_is_replaced_before_anybody_asks(engine):
    first = engine.pid
    os.kill(first, signal.SIGKILL)

    assert comes_true(lambda: engine.pid not in {first, None})
    assert len(engine.predict([RADIOGRAPH])) == 1


def test_a_process_that_is_killed_while_it_starts_is_started_again(engine):
    killed = {engine.pid}
    os.kill(engine.pid, signal.SIGKILL)
    starting = child_other_than(killed)
    os.kill(starting, signal.SIGKILL)

    assert comes_true(lambda: engine.pid not in {*killed, starting, None})
    assert len(engine.predict([RADIOGRAPH])) == 1


def test_an_engine_that_nobody_uses_any_more_ends_its_process():
    engine = EngineProcess(FakeEngine)
    pid = engine.pid
    del engine

    assert comes_true(lambda: not is_running(pid))


def test_a_closed_engine_stays_closed():
    engine = EngineProcess(FakeEngine)
    pid = engine.pid
    engine.close()

    with pytest.raises(ModelUnavailableError):
        engine.predict([RADIOGRAPH])
    assert not is_running(pid)


def test_a_process_that_dies_of_a_radiograph_gives_a_reason(engine):
    os.kill(engine.pid, signal.SIGSTOP)
    threading.Timer(0.3, os.kill, (engine.pid, signal.SIGKILL)).start()

    with pytest.raises(EngineCrashedError):
        engine.predict([RADIOGRAPH])

    assert len(engine.predict([RADIOGRAPH])) == 1


def test_a_process_that_hangs_is_ended(engine, monkeypatch):
    monkeypatch.setattr(engine_process, "RADIOGRAPH_S", 0.5)
    stopped = engine.pid
    os.kill(stopped, signal.SIGSTOP)

    with pytest.raises(EngineCrashedError):
        engine.predict([RADIOGRAPH])

    assert not is_running(stopped)


def test_a_missing_bundle_is_the_same_refusal_as_in_this_process():
    with pytest.raises(BundleMissingError):
        EngineProcess(partial(LocalEngine.open, InferenceSettings(classifier_bundle="no")))


class BreaksThenAnswers(FakeEngine):
    def predict(self, radiographs):
        if len(radiographs) > 1:
            raise FloatingPointError
        return [result_of(radiograph) for radiograph in radiographs]


def test_a_mistake_in_the_engine_does_not_end_its_process():
    ours, theirs = Pipe()
    thread = threading.Thread(target=serve, args=(theirs, BreaksThenAnswers()))
    thread.start()
    ours.recv()
    engine_process._send(ours, "predict", [RADIOGRAPH] * 2)
    broken = ours.recv()
    engine_process._send(ours, "predict", [RADIOGRAPH])
    [answer] = ours.recv()
    ours.close()
    thread.join(5)

    assert isinstance(broken, InternalError)
    assert answer.prediction is not None
    assert not thread.is_alive()


def test_a_process_whose_service_ended_meanwhile_ends_in_silence(capfd):
    ours, theirs = Pipe()
    ours.close()
    engine = FakeEngine()

    serve(theirs, engine)

    assert engine.batches == []
    assert capfd.readouterr() == ("", "")


def open_once(marker: Path) -> FakeEngine:
    if marker.exists():
        raise BundleMissingError(bundle="x")
    marker.touch()
    return FakeEngine()


def test_an_engine_that_cannot_be_started_again_is_unavailable_and_blames_no_radiograph(tmp_path):
    engine = EngineProcess(partial(open_once, tmp_path / "opened"))
    os.kill(engine.pid, signal.SIGKILL)
    time.sleep(0.2)

    with pytest.raises(ModelUnavailableError) as refusal:
        engine.predict([RADIOGRAPH])

    assert refusal.value.facts == {"reason": "bundle_missing"}
