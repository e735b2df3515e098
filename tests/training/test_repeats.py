"""A series of seeds: kept, resumed, evaluated on `test`, summarised in tables and figures."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_training_run import recipe, training_context

from raiox.lab.errors import (
    RunNotFinishedError,
    RunRecipeDiffersError,
    RunsFailedError,
    TaskWithoutClassesError,
)
from raiox.lab.jobs.job import Failure, Job, Progress
from raiox.lab.jobs.local import LocalRunner
from raiox.lab.training.context import TrainingContext
from raiox.lab.training.recipe import OneCycle, Recipe, Stage
from raiox.lab.training.runs.curve_figures import draw_curves, mean_curve
from raiox.lab.training.runs.learning_curves import read_curves
from raiox.lab.training.runs.predictions import predict_split, read_predictions
from raiox.lab.training.runs.repeats import Repeats, repeat
from raiox.lab.training.runs.repeats_folder import write_repeats
from raiox.lab.training.runs.run_process import run
from raiox.lab.training.runs.train_jobs import train_jobs
from raiox.messages import messages_for
from raiox.preprocessing import Preprocessing

SEEDS = range(2)


class InProcess:
    """A runner without processes; it remembers the seeds it trained."""

    def __init__(self) -> None:
        self.trained: list[int] = []

    def share(self, n_threads: int) -> int:
        return n_threads

    def run(self, jobs: Sequence[Job]) -> Generator[Progress, None, None]:
        for job in jobs:
            yield Progress([job.number])
            run(job.command[3:])
            self.trained.append(job.number)


@dataclass
class Series:
    repeats: Repeats
    context: TrainingContext
    out: Path

    @property
    def document(self) -> dict[str, object]:
        return json.loads((self.out / "repeats.json").read_text(encoding="utf-8"))


def series_recipe(name: str = "series") -> Recipe:
    schedule = OneCycle(n_samples=96, learning_rate=1e-3)
    stage = Stage(
        side_px=32, schedule=schedule, batch_size=8, samples_per_epoch=16, epochs_per_validation=2
    )
    return recipe(name, stages=(stage,))


@pytest.fixture(scope="module")
def series(drawn_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Series:
    context = training_context(drawn_data, tmp_path_factory.mktemp("series"))
    repeats = repeat(series_recipe(), context, SEEDS, InProcess())
    out = context.runs / "series-repeats"
    write_repeats(repeats, out)
    return Series(repeats, context, out)


def test_every_seed_is_evaluated_on_the_test_split(series: Series) -> None:
    for folder in series.repeats.folders:
        predicted = read_predictions(folder / "predictions-test.csv")
        assert set(predicted.column("split")) == {"test"}
    assert series.document["n_runs"] == 2
    assert np.sum(series.document["confusion_sum"]) == 2 * series.document["n_cases"] == 24


def test_the_tables_state_n_and_the_notice(series: Series) -> None:
    page = (series.out / "repeats.md").read_text(encoding="utf-8")

    assert "N = 2 seeds on the same 12 test cases of 12 groups" in page
    assert "Not a medical device" in page
    assert page.count("series-seed") == 2
    with (series.out / "table5.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["runs"] for row in rows] == ["2"] * 6
    assert r"\begin{table}" in (series.out / "table4.tex").read_text(encoding="utf-8")


def test_each_run_is_listed_with_what_made_it(series: Series) -> None:
    runs = series.document["runs"]

    assert [run["run"] for run in runs] == ["series-seed0", "series-seed1"]
    assert all(run["code_version"] and run["split_sha256"] for run in runs)
    assert [run["epochs"] for run in runs] == [6, 6]


def test_a_finished_series_is_summarised_again_without_training(series: Series) -> None:
    again = InProcess()

    found = repeat(series_recipe(), series.context, SEEDS, again)

    assert again.trained == []
    # By their text: a share of nothing is NaN, and NaN equals nothing.
    assert repr(found.figures) == repr(series.repeats.figures)


def test_curves_are_drawn_the_same_byte_for_byte(series: Series, tmp_path: Path) -> None:
    names = ("figure6.svg", "figure6.png", "figure7.svg", "figure7.png")

    draw_curves([read_curves(folder) for folder in series.repeats.folders], tmp_path)

    for name in names:
        assert (tmp_path / name).read_bytes() == (series.out / name).read_bytes(), name
    with Image.open(tmp_path / "figure6.png") as picture:
        assert picture.width > 1_000
    assert "<dc:date>" not in (tmp_path / "figure6.svg").read_text()


def test_a_run_folder_of_another_recipe_is_not_counted(series: Series) -> None:
    other = series_recipe().model_copy(
        update={"preprocessing": Preprocessing(side_px=40, fit="letterbox")}
    )

    with pytest.raises(RunRecipeDiffersError) as refusal:
        repeat(other, series.context, SEEDS, InProcess())

    assert refusal.value.facts["run"] == "series-seed0"


def test_predictions_of_earlier_weights_are_replaced(series: Series, tmp_path: Path) -> None:
    context = replace(series.context, runs=tmp_path)
    folder = tmp_path / "series-seed0"
    shutil.copytree(series.repeats.folders[0], folder)
    first = predict_split(folder, context, "test").logits
    seed1 = series.repeats.folders[1] / "weights.safetensors"
    (folder / "weights.safetensors").write_bytes(seed1.read_bytes())

    second = predict_split(folder, context, "test").logits

    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(
        second, predict_split(series.repeats.folders[1], context, "test").logits
    )


def test_a_missing_earlier_run_says_what_to_train_first(series: Series, tmp_path: Path) -> None:
    context = replace(series.context, runs=tmp_path)
    orphan = series_recipe("paper_second").model_copy(update={"init": "paper_first"})

    with pytest.raises(RunNotFinishedError) as refusal:
        repeat(orphan, context, SEEDS, InProcess())

    assert (
        "paper_first-seed0" in messages_for(refusal.value.code, "en", refusal.value.facts)["detail"]
    )
    assert "paper_first " in messages_for(refusal.value.code, "pt", refusal.value.facts)["action"]


def test_the_filter_of_the_paper_has_two_outputs_and_its_one_figure(
    drawn_data: Path, tmp_path: Path
) -> None:
    two_way = series_recipe("paper_filter").model_copy(update={"task": "frontal_or_not"})

    found = repeat(two_way, training_context(drawn_data, tmp_path), range(1), InProcess())
    write_repeats(found, tmp_path / "out")

    page = (tmp_path / "out" / "repeats.md").read_text(encoding="utf-8")
    assert found.series.outputs == ("frontal", "not_frontal")
    assert "99.3 (596 of 600)" in page
    assert "± n/a" in page


def test_features_cannot_be_repeated(series: Series) -> None:
    with pytest.raises(TaskWithoutClassesError) as refusal:
        repeat(recipe("features", task="features"), series.context, SEEDS, InProcess())

    assert refusal.value.facts["task"] == "features"


SERIES = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_repeats import SEEDS, series_recipe, training_context
from raiox.lab.jobs.local import LocalRunner
from raiox.lab.training.runs.repeats import repeat
repeat(series_recipe(), training_context(Path({data!r}), Path({runs!r})), SEEDS, LocalRunner())
"""


@pytest.mark.slow
def test_a_series_killed_in_its_second_seed_ends_as_if_it_had_not_been(
    series: Series, drawn_data: Path, tmp_path: Path
) -> None:
    tests = str(Path(__file__).parent)
    script = SERIES.format(tests=tests, data=str(drawn_data), runs=str(tmp_path))
    shutil.copytree(series.repeats.folders[0], tmp_path / "series-seed0")
    process = subprocess.Popen([sys.executable, "-c", script], env=os.environ)
    second = tmp_path / "series-seed1"
    _wait_for(second / "stage-0" / "last.ckpt", process)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    _wait_until_nobody_writes(second)
    assert not (second / "weights.safetensors").exists(), "the seed ended before the kill"

    rest = InProcess()
    found = repeat(series_recipe(), training_context(drawn_data, tmp_path), SEEDS, rest)

    assert rest.trained == [1]
    # By their text: a share of nothing is NaN, and NaN equals nothing.
    assert repr(found.figures) == repr(series.repeats.figures)
    for cut, whole in zip(found.folders, series.repeats.folders, strict=True):
        for name in ("weights.safetensors", "predictions-valid.csv", "predictions-test.csv"):
            assert (cut / name).read_bytes() == (whole / name).read_bytes(), name
        assert _without_times(read_curves(cut)) == _without_times(read_curves(whole))


@pytest.mark.slow
def test_a_seed_that_has_finished_ends_its_process_without_an_error(
    series: Series, drawn_data: Path, tmp_path: Path
) -> None:
    shutil.copytree(series.repeats.folders[0], tmp_path / "series-seed0")
    context = training_context(drawn_data, tmp_path)

    train_jobs({0: (series_recipe(), 0)}, context, LocalRunner(), lambda _: None, test=True)

    assert (tmp_path / "series-seed0" / "log.txt").is_file()


def _wait_for(file: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 1_800
    while not file.exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.002)


def _wait_until_nobody_writes(folder: Path) -> None:
    """The orphan ends by itself: its command line names the folder of runs."""
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        lines = [_command_line(process) for process in Path("/proc").glob("[0-9]*")]
        if not any(str(folder.parent) in line and "run_process" in line for line in lines):
            return
        time.sleep(0.05)
    pytest.fail("the seed's process lives on without its series")


def _command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_text(errors="replace")
    except OSError:
        return ""


def _without_times(curves: dict[str, dict[int, float]]) -> dict[str, dict[int, float]]:
    return {name: curve for name, curve in curves.items() if name != "loader_share"}


class Scripted:
    """A runner whose jobs end as a script says; it remembers them."""

    def __init__(self, *progress: Progress) -> None:
        self.progress, self.jobs = progress, []

    def share(self, n_threads: int) -> int:
        return n_threads // 3

    def run(self, jobs: Sequence[Job]) -> Generator[Progress, None, None]:
        self.jobs = list(jobs)
        yield from self.progress


def test_a_run_that_fails_is_named_with_its_log(tmp_path: Path) -> None:
    runner = Scripted(
        Progress([0, 2]), Progress([2], [0], [Failure(0, "")]), Progress([], [2], [Failure(2, "")])
    )
    watched = []
    runs = {seed: (series_recipe(), seed) for seed in (0, 2)}

    with pytest.raises(RunsFailedError) as failure:
        train_jobs(runs, training_context(tmp_path, tmp_path), runner, watched.append, test=True)

    assert failure.value.facts["runs"] == "series-seed0, series-seed2"
    assert failure.value.facts["log"] == "series-seed0/log.txt"
    assert watched == [[0, 2], [2], []]


def test_runs_share_what_the_runner_has(tmp_path: Path) -> None:
    context = replace(
        training_context(tmp_path, tmp_path), n_threads=7, device="gpu", gpus_per_run=0.5
    )
    runner = Scripted()
    train_jobs({0: (series_recipe(), 0)}, context, runner, lambda _: None, test=True)

    [job] = runner.jobs
    assert (job.n_threads, job.n_gpus) == (2, 0.5)
    assert '"n_threads":2' in job.command[4]


def test_a_curve_logged_twice_and_cut_by_a_kill_is_read_once(tmp_path: Path) -> None:
    stage = tmp_path / "stage-0"
    stage.mkdir()
    (stage / "curves.jsonl").write_text(
        '{"step": 1, "epoch": 0, "loss_labels": 2.0}\n'
        '{"step": 3, "epoch": 0, "loss_labels": 1.0}\n'
        '{"step": 5, "epoch": 1, "loss_la{"step": 5, "epoch": 1, "loss_labels": 0.5}\n'
        '{"step": 5, "epoch": 1, "loss_labels": 0.5}\n'
        '{"step": 5, "epoch": 1, "valid_'
    )

    assert read_curves(tmp_path)["loss_labels"] == {1: 1.5, 2: 0.5}


def test_the_epochs_of_a_second_stage_follow_those_of_the_first(tmp_path: Path) -> None:
    for index, values in enumerate([(3.0, 2.0), (1.0,)]):
        stage = tmp_path / f"stage-{index}"
        stage.mkdir()
        lines = [json.dumps({"step": i, "epoch": i, "valid_loss": v}) for i, v in enumerate(values)]
        (stage / "curves.jsonl").write_text("\n".join(lines))

    assert read_curves(tmp_path)["valid_loss"] == {1: 3.0, 2: 2.0, 3: 1.0}


def test_the_mean_curve_ends_where_fewer_than_half_of_the_runs_go_on() -> None:
    epochs, means = mean_curve([{1: 1.0, 2: 3.0, 3: 9.0}, {1: 2.0, 2: 1.0}, {1: 3.0}])

    assert epochs == [1, 2]
    np.testing.assert_allclose(means, [2.0, 2.0])
