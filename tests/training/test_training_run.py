"""A recipe becomes a run; a killed run goes on as if it had not been killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from raiox.errors import RecipeInvalidError
from raiox.preprocessing import Preprocessing
from raiox.training.examples import load_examples
from raiox.training.fit import Workplace, load_run, train
from raiox.training.recipe import Augmentation, Distillation, Recipe, Stage, load_recipe

RECIPES = sorted(Path(__file__).parents[2].glob("recipes/*.py"))


def recipe(name: str, **changes: object) -> Recipe:
    plain = Recipe(
        name=name,
        task="findings",
        network="mobilenet",
        preprocessing=Preprocessing(side_px=32, fit="letterbox"),
        stages=(
            Stage(side_px=32, n_samples=64, batch_size=8, samples_per_epoch=16, learning_rate=1e-3),
        ),
        augmentation=Augmentation(flip=True, rotation_deg=5, gamma=(0.8, 1.2)),
    )
    return plain.model_copy(update=changes)


def workplace(data: Path, runs: Path) -> Workplace:
    return Workplace(data=data, runs=runs, n_threads=1)


@pytest.mark.parametrize("file", RECIPES, ids=lambda file: file.stem)
def test_every_recipe_of_the_project_loads_and_is_named_as_its_file(file: Path) -> None:
    assert load_recipe(file).name == file.stem


def test_a_run_folder_tells_where_its_weights_come_from(drawn_data: Path, tmp_path: Path) -> None:
    folder = train(recipe("short"), workplace(drawn_data, tmp_path), seed=3)

    told, network = load_run(folder)
    passport = json.loads((folder / "passport.json").read_text())
    assert told == recipe("short")
    assert passport["seed"] == 3
    assert len(passport["data_sha256"]) == 64
    curves = (folder / "stage-0" / "curves.jsonl").read_text().splitlines()
    assert any("valid_auc" in json.loads(line) for line in curves)
    assert torch.isfinite(network(torch.zeros(1, 1, 32, 32)).logits).all()


def test_the_same_seed_trains_the_same_weights(drawn_data: Path, tmp_path: Path) -> None:
    runs = [
        train(recipe("twice"), workplace(drawn_data, tmp_path / str(i)), seed=5) for i in range(2)
    ]

    first, second = (load_file(folder / "weights.safetensors") for folder in runs)
    assert all(torch.equal(first[name], second[name]) for name in first)


KILLED_RUN = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_training_run import recipe, workplace
from raiox.training.fit import train
train(recipe("killed"), workplace(Path({data!r}), Path({runs!r})), seed=9, resume=True)
"""


def test_a_killed_run_resumes_to_the_same_weights(drawn_data: Path, tmp_path: Path) -> None:
    whole = train(recipe("killed"), workplace(drawn_data, tmp_path / "whole"), seed=9)
    runs = tmp_path / "cut"
    script = KILLED_RUN.format(
        tests=str(Path(__file__).parent), data=str(drawn_data), runs=str(runs)
    )
    first = subprocess.Popen([sys.executable, "-c", script], env=os.environ, start_new_session=True)
    checkpoint = runs / "killed-seed9" / "stage-0" / "last.ckpt"
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and time.monotonic() < deadline and first.poll() is None:
        time.sleep(0.005)
    os.killpg(first.pid, signal.SIGKILL)
    assert first.wait() == -signal.SIGKILL, "the run ended before it could be killed"

    resumed = train(recipe("killed"), workplace(drawn_data, runs), seed=9, resume=True)

    epochs = [
        json.loads(line)["epoch"]
        for line in (runs / "killed-seed9" / "stage-0" / "curves.jsonl").read_text().splitlines()
    ]
    assert epochs[0] == 0, "the curve from before the kill is lost"
    assert epochs[-1] == 3
    straight, cut = (load_file(folder / "weights.safetensors") for folder in (whole, resumed))
    assert all(torch.equal(straight[name], cut[name]) for name in straight)


def test_a_student_learns_from_its_teachers_run(drawn_data: Path, tmp_path: Path) -> None:
    place = workplace(drawn_data, tmp_path)
    train(recipe("teacher"), place)
    student = recipe(
        "student",
        network="densenet",
        n_head_channels=16,
        distillation=Distillation(teacher="teacher"),
    )

    folder = train(student, place)

    curves = (folder / "stage-0" / "curves.jsonl").read_text()
    assert "loss_teacher" in curves


def test_a_student_without_its_teacher_does_not_start(drawn_data: Path, tmp_path: Path) -> None:
    orphan = recipe("orphan", distillation=Distillation(teacher="nobody"))

    with pytest.raises(RecipeInvalidError) as refusal:
        train(orphan, workplace(drawn_data, tmp_path))

    assert refusal.value.facts["reason"] == "run_not_finished"


def test_draws_give_every_label_the_same_chance(drawn_data: Path, tmp_path: Path) -> None:
    filter_recipe = recipe("filter", task="frontal_filter")
    parts = load_examples(filter_recipe, filter_recipe.preprocessing, drawn_data, tmp_path)
    train_part = parts["train"]

    weights = train_part.draw_weights({0: 4.0})

    shares = [weights[train_part.labels == label].sum() for label in range(10)]
    assert shares[0] == pytest.approx(4 / 13)
    assert shares[1:] == pytest.approx([1 / 13] * 9)
