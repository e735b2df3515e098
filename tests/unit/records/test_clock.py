"""A clock that is set neither deletes nor expires anything before its time."""

from pathlib import Path

import pytest
from fakes import FakeClock

from raiox.records.clock import ClockWatch
from raiox.records.rows import Completion, NewAnalysis
from raiox.records.store import open_records
from raiox.result import AnalysisResult
from raiox.settings import RecordsSettings
from raiox.vocabulary import AnalysisState

HOUR_S, DAY_S, YEAR_S = 3_600.0, 86_400.0, 365 * 86_400.0
SHA = "0" * 64
SETTINGS = RecordsSettings(keep_images_h=24, keep_results_h=720, max_queued_s=HOUR_S)


class Machine:
    """Two clocks: one that people set, one that only runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wall, self.elapsed = FakeClock(), FakeClock(1_000)

    def pass_s(self, seconds: float) -> None:
        self.wall.pass_s(seconds)
        self.elapsed.pass_s(seconds)

    def open(self):
        return open_records(SETTINGS, self.folder, self.wall, self.elapsed)

    def watch(self, boot="one"):
        return ClockWatch(self.folder, self.wall, self.elapsed, lambda: boot)


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def keep(records, name, *, finished):
    records.files.put(name, SHA, b"pixels")
    records.queue.enqueue(NewAnalysis(name, "ana", SHA, "png", (), 64, 48))
    if finished:
        [claim] = records.queue.claim(1)
        records.queue.finish([(claim, Completion(AnalysisState.DONE, AnalysisResult(), b"maps"))])


@pytest.mark.parametrize("step_s", [HOUR_S, DAY_S, 56 * YEAR_S, -HOUR_S, -DAY_S])
def test_after_a_step_images_live_as_long_as_promised_and_not_much_longer(machine, step_s):
    records = machine.open()
    keep(records, "a", finished=True)
    records.sweep()
    machine.wall.pass_s(step_s)
    kept = []
    for _ in range(23):
        machine.pass_s(HOUR_S)
        records.sweep()
        kept.append(records.files.read("a", SHA) is not None)
    machine.pass_s(26 * HOUR_S if step_s > 0 else 26 * HOUR_S - step_s)
    records.sweep()
    gone = records.files.read("a", SHA) is None
    records.close()

    assert all(kept)
    assert gone


@pytest.mark.parametrize("step_s", [HOUR_S, DAY_S])
def test_after_a_step_what_waits_goes_on_waiting(machine, step_s):
    records = machine.open()
    keep(records, "a", finished=False)
    records.sweep()
    machine.wall.pass_s(step_s)
    records.sweep()
    machine.pass_s(HOUR_S / 2)
    records.sweep()
    waiting = records.history.get("a", "ana").state
    machine.pass_s(HOUR_S)
    records.sweep()
    late = records.history.get("a", "ana").state
    records.close()

    assert (waiting, late) == (AnalysisState.QUEUED, AnalysisState.FAILED)


def test_a_step_while_the_service_was_down_is_noticed(machine):
    first = machine.open()
    keep(first, "a", finished=True)
    first.sweep()
    first.close()
    machine.pass_s(60)
    machine.wall.pass_s(DAY_S)
    second = machine.open()
    second.sweep()
    kept = second.files.read("a", SHA)
    second.close()

    assert kept == b"pixels"


def test_what_was_held_stays_held_after_a_restart(machine):
    machine.watch().look()
    watch = machine.watch()
    machine.wall.pass_s(DAY_S)
    watch.look()
    again = machine.watch()

    assert again.held(DAY_S)
    machine.pass_s(DAY_S + 1)
    assert not again.held(DAY_S)


def test_another_start_of_the_machine_believes_the_wall_clock(machine):
    machine.watch().look()
    machine.wall.pass_s(DAY_S)

    assert not machine.watch(boot="two").held(DAY_S)


def test_small_corrections_are_no_steps(machine):
    watch = machine.watch()
    for _ in range(100):
        machine.elapsed.pass_s(20)
        machine.wall.pass_s(20.5)
        watch.look()

    assert not watch.held(DAY_S)


def test_a_file_of_the_clock_that_is_no_json_is_ignored(machine):
    (machine.folder / "clock.json").write_text("{")

    assert not machine.watch().held(DAY_S)


def test_the_clocks_are_written_down_once_a_second_and_at_each_step(machine):
    watch = machine.watch()
    file = machine.folder / "clock.json"
    watch.look()
    first = file.read_text()
    for _ in range(9):
        machine.pass_s(0.1)
        watch.look()
    assert file.read_text() == first

    machine.wall.pass_s(DAY_S)
    watch.look()

    stepped = file.read_text()
    assert stepped != first
    machine.pass_s(1)
    watch.look()
    assert file.read_text() != stepped
