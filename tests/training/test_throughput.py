"""What a training reaches on this machine is measured without its start, its teachers or a run folder."""

import json
import os
from pathlib import Path

import pytest
import torch
from test_training_run import recipe, training_context
from typer.testing import CliRunner, Result

from raiox.cli.app import app
from raiox.lab.errors import DataSetMissingError, DeviceMissingError, SplitEmptyError
from raiox.lab.training.context import TrainingContext
from raiox.lab.training.data.examples import load_examples
from raiox.lab.training.recipe import Distillation, OneCycle, Plateau, Recipe, Sampling, Stage
from raiox.lab.training.runs.throughput import StepTimes, Throughput, measure_throughput
from raiox.lab.training.runs.train import train

FILE = """
from raiox.lab.training.recipe import OneCycle, Recipe, Stage
from raiox.preprocessing import Preprocessing

STAGE = Stage(side_px=32, schedule=OneCycle(n_samples=8, learning_rate=1e-3), batch_size=4)
RECIPE = Recipe(
    name="two_stages", task="findings", network="mobilenet",
    preprocessing=Preprocessing(side_px=32, fit="letterbox"), stages=(STAGE, STAGE.replace(side_px=64)),
)
"""
"""Of a recipe."""


def of_two_stages(name: str) -> Recipe:
    """The second stage averages weights, plateaus and has a teacher of its own."""
    first = Stage(side_px=32, schedule=OneCycle(n_samples=64, learning_rate=1e-3), batch_size=8)
    teacher = Distillation(teachers=("nobody",))
    second = first.replace(
        side_px=48,
        schedule=Plateau(learning_rate=1e-3),
        batch_size=4,
        average=0.9,
        style_mixing=0.5,
        distillation=teacher,
    )
    return recipe(name, stages=(first, second), init="imagenet", distillation=teacher)


def test_a_stage_is_measured_without_start_and_teachers(drawn_data: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"

    measured = measure_throughput(
        of_two_stages("fast"), 1, training_context(drawn_data, runs), n_steps=3
    )

    assert measured.images_per_s > 0
    assert measured.bare_images_per_s > 0
    assert 0 < measured.loader_share < 1
    assert (measured.device, measured.peak_memory_bytes) == ("cpu", None)
    assert not runs.exists()


def test_masks_are_measured_too(masked_data: Path, tmp_path: Path) -> None:
    lungs = recipe("lungs", task="lungs", network="unet")

    measured = measure_throughput(lungs, 0, training_context(masked_data, tmp_path), n_steps=1)

    assert measured.images_per_s > 0


def test_every_step_is_shown(drawn_data: Path, tmp_path: Path) -> None:
    shown: list[int] = []

    def show(steps: object) -> object:
        for step in steps:
            yield step
            shown.append(step)

    measure_throughput(recipe("shown"), 0, training_context(drawn_data, tmp_path), 2, show)

    assert shown == list(range(4)), "two of them warm up"


def test_shares_and_medians_come_from_the_steps() -> None:
    steps = [StepTimes(0.1, 0.9, 0.5)] * 4 + [StepTimes(0.1, 9.9, 8.0)]

    measured = Throughput.of(steps, 32, "32-true")

    assert measured.images_per_s == pytest.approx(32)
    assert measured.bare_images_per_s == pytest.approx(64)
    assert measured.ratio == pytest.approx(0.5)
    assert measured.loader_share == pytest.approx(0.5 / 14)


def test_only_chosen_images_are_prepared(drawn_data: Path, tmp_path: Path) -> None:
    experiment = recipe("few")

    splits = load_examples(
        experiment, experiment.preprocessing, drawn_data, tmp_path, choose=lambda found: found[:5]
    )

    assert sum(map(len, splits.values())) == 5
    assert len(splits["train"].pixels) == 5


def test_no_data_or_no_images_are_said_to_be_missing(drawn_data: Path, tmp_path: Path) -> None:
    nothing = recipe("nothing", sampling=Sampling(datasets=("elsewhere",)))

    with pytest.raises(DataSetMissingError):
        measure_throughput(recipe("absent"), 0, TrainingContext(None, tmp_path), 1)
    with pytest.raises(SplitEmptyError):
        measure_throughput(nothing, 0, training_context(drawn_data, tmp_path), 1)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize(
    "run", [train, lambda *given: measure_throughput(given[0], 0, given[1], 1)]
)
def test_a_gpu_that_is_not_there_is_missed_before_anything_is_prepared(
    run: object, tmp_path: Path
) -> None:
    with pytest.raises(DeviceMissingError):
        run(recipe("fast"), TrainingContext(None, tmp_path, device="gpu"))

    assert list(tmp_path.iterdir()) == []


def bench(data: Path, folder: Path, *options: str) -> Result:
    (folder / "recipe.py").write_text(FILE)
    environment: dict[str, str | None] = {k: None for k in os.environ if k.startswith("RAIOX_")}
    environment |= {"RAIOX_CONFIG": "", "RAIOX_DATASETS": str(data), "LC_ALL": "C"}
    environment["RAIOX_INFERENCE__N_THREADS"] = "1"
    words = ["bench", "--train", str(folder / "recipe.py"), "--steps", "1", *options]
    return CliRunner().invoke(app, words, env=environment)


def test_the_command_prints_one_object_for_the_last_stage(drawn_data: Path, tmp_path: Path) -> None:
    result = bench(drawn_data, tmp_path, "--json")

    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert (found["recipe"], found["stage"], found["side_px"]) == ("two_stages", 1, 64)
    assert (found["weights"], found["teachers"], found["batch_size"]) == ("random", "none", 4)
    assert found["training"]["n_steps"] == 1
    assert found["training"]["ratio"] > 0


def test_the_command_prints_a_table_for_a_chosen_stage(drawn_data: Path, tmp_path: Path) -> None:
    result = bench(drawn_data, tmp_path, "--stage", "0")

    assert result.exit_code == 0, result.stderr
    conditions, title, *rows = result.stdout.splitlines()
    assert "stage 0, side_px 32, batch_size 4, weights random, teachers none" in conditions
    assert "no teacher" in title
    assert len(rows) == 3


def test_a_stage_that_does_not_exist_is_refused(drawn_data: Path, tmp_path: Path) -> None:
    result = bench(drawn_data, tmp_path, "--stage", "2")

    assert result.exit_code == 2
    assert "the stages of two_stages are 0 to 1" in result.stderr


def test_missing_data_are_named(tmp_path: Path) -> None:
    result = bench(tmp_path, tmp_path)

    assert result.exit_code == 2
    assert "[data_set_missing]" in result.stderr
