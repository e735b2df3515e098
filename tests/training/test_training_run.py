"""A recipe becomes a run; a killed run goes on as if it had not been killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from raiox.lab.errors import RunNotFinishedError, SplitEmptyError, StartNetworkMismatchError
from raiox.lab.training.context import TrainingContext
from raiox.lab.training.fit.callbacks import LoaderShare
from raiox.lab.training.fit.lightning_module import TrainingModule
from raiox.lab.training.recipe import (
    Augmentation,
    Distillation,
    OneCycle,
    Plateau,
    Recipe,
    Sampling,
    Stage,
)
from raiox.lab.training.runs.learning_curves import read_curves
from raiox.lab.training.runs.predictions import read_predictions
from raiox.lab.training.runs.runs import load_run
from raiox.lab.training.runs.train import train
from raiox.preprocessing import Preprocessing


def recipe(name: str, n_samples: int = 64, **changes: object) -> Recipe:
    """One that trains for an epoch of every 16 samples."""
    plain = Recipe(
        name=name,
        task="findings",
        network="mobilenet",
        preprocessing=Preprocessing(side_px=32, fit="letterbox"),
        stages=(
            Stage(
                side_px=32,
                schedule=OneCycle(n_samples=n_samples, learning_rate=1e-3),
                batch_size=8,
                samples_per_epoch=16,
            ),
        ),
        augmentation=Augmentation(flip=True, rotation_deg=5, gamma=(0.8, 1.2)),
    )
    return plain.replace(**changes)


def training_context(data: Path, runs: Path) -> TrainingContext:
    return TrainingContext(data=data, runs=runs, n_threads=1)


@pytest.fixture(scope="module")
def whole_run(drawn_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing interrupted."""
    runs = tmp_path_factory.mktemp("whole")
    return train(recipe("killed"), training_context(drawn_data, runs), seed=9)


@pytest.fixture(scope="module")
def teacher_run(drawn_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished run of a teacher."""
    runs = tmp_path_factory.mktemp("teacher")
    return train(recipe("teacher", 16), training_context(drawn_data, runs))


@pytest.fixture
def teacher(teacher_run: Path, tmp_path: Path) -> None:
    """That run among the runs of a test."""
    shutil.copytree(teacher_run, tmp_path / teacher_run.name)


def test_a_run_folder_states_where_its_weights_come_from(whole_run: Path) -> None:
    kept, network = load_run(whole_run)
    metadata = json.loads((whole_run / "run.json").read_text())
    assert kept == recipe("killed")
    assert metadata["seed"] == 9
    assert len(metadata["data_sha256"]) == 64
    curves = (whole_run / "stage-0" / "curves.jsonl").read_text().splitlines()
    assert any("valid_auc" in json.loads(line) for line in curves)
    assert torch.isfinite(network(torch.zeros(1, 1, 32, 32)).logits).all()


def test_the_same_seed_trains_the_same_weights(
    whole_run: Path, drawn_data: Path, tmp_path: Path
) -> None:
    again = train(recipe("twice"), training_context(drawn_data, tmp_path), seed=9)

    first, second = (load_file(folder / "weights.safetensors") for folder in (whole_run, again))
    assert all(torch.equal(first[name], second[name]) for name in first)


KILLED_RUN = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_training_run import recipe, training_context
from raiox.lab.training.runs.train import train
train(recipe("killed"), training_context(Path({data!r}), Path({runs!r})), seed=9, resume=True)
"""


def test_a_killed_run_resumes_to_the_same_weights(
    whole_run: Path, drawn_data: Path, tmp_path: Path
) -> None:
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

    resumed = train(recipe("killed"), training_context(drawn_data, runs), seed=9, resume=True)

    epochs = [
        json.loads(line)["epoch"]
        for line in (runs / "killed-seed9" / "stage-0" / "curves.jsonl").read_text().splitlines()
    ]
    assert epochs[0] == 0, "the curve from before the kill is lost"
    assert epochs[-1] == 3
    straight, cut = (load_file(folder / "weights.safetensors") for folder in (whole_run, resumed))
    assert all(torch.equal(straight[name], cut[name]) for name in straight)


@pytest.mark.usefixtures("teacher")
def test_a_student_learns_from_its_teachers_run(drawn_data: Path, tmp_path: Path) -> None:
    context = training_context(drawn_data, tmp_path)
    student = recipe(
        "student",
        16,
        network="densenet",
        n_head_channels=16,
        distillation=Distillation(teachers=("teacher",)),
    )

    folder = train(student, context)

    curves = (folder / "stage-0" / "curves.jsonl").read_text()
    assert "loss_teacher" in curves


def test_a_student_without_its_teacher_does_not_start(drawn_data: Path, tmp_path: Path) -> None:
    orphan = recipe("orphan", distillation=Distillation(teachers=("nobody",)))

    with pytest.raises(RunNotFinishedError) as refusal:
        train(orphan, training_context(drawn_data, tmp_path))

    assert refusal.value.facts["recipe"] == "nobody"


def test_a_missing_teacher_of_the_second_stage_is_missed_before_the_first(
    drawn_data: Path, tmp_path: Path
) -> None:
    with pytest.raises(RunNotFinishedError):
        train(staged("staged"), training_context(drawn_data, tmp_path))

    assert list(tmp_path.iterdir()) == []


def wandering(name: str, **changes: object) -> Recipe:
    schedule = Plateau(learning_rate=1e-3, patience=0, stop_after=2, max_epochs=12, **changes)
    stage = Stage(side_px=32, schedule=schedule, batch_size=8, samples_per_epoch=16)
    return recipe(name, stages=(stage,), network="mobilenet", head="flattened")


def test_a_plateau_ends_the_stage_and_the_best_weights_are_kept(
    drawn_data: Path, tmp_path: Path
) -> None:
    folder = train(wandering("plateau", min_delta=0.05), training_context(drawn_data, tmp_path))

    lines = [
        json.loads(line) for line in (folder / "stage-0" / "curves.jsonl").read_text().splitlines()
    ]
    losses = [line["valid_loss"] for line in lines if "valid_loss" in line]
    assert len(losses) < 12, "nothing ended the stage"
    _, network = load_run(folder)
    kept = read_predictions(folder / "predictions-valid.csv")
    log_scores = np.log(kept.scores[np.arange(len(kept.labels)), kept.labels])
    assert -log_scores.mean() == pytest.approx(min(losses), abs=1e-3)
    assert not network.training


class KilledError(Exception):
    """Stands for the end of the process."""


def _kill_in_the_third_epoch(_: object, trainer: object, __: object) -> None:
    if trainer.current_epoch == 2:
        raise KilledError


def test_averaged_weights_resume_as_they_were(drawn_data: Path, tmp_path: Path) -> None:
    stage = Stage(
        side_px=32,
        schedule=OneCycle(n_samples=64, learning_rate=1e-3),
        batch_size=8,
        samples_per_epoch=16,
        average=0.9,
    )
    averaged = recipe("averaged", stages=(stage,))
    whole = train(averaged, training_context(drawn_data, tmp_path / "whole"))
    cut = tmp_path / "cut"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LoaderShare, "on_train_epoch_start", _kill_in_the_third_epoch)
        with pytest.raises(KilledError):
            train(averaged, training_context(drawn_data, cut))
    resumed = train(averaged, training_context(drawn_data, cut), resume=True)

    straight, again = (load_file(folder / "weights.safetensors") for folder in (whole, resumed))
    assert all(torch.equal(straight[name], again[name]) for name in straight)


def staged(name: str) -> Recipe:
    """Two stages that differ in what a stage may set, the second distilled from a stage of another run."""
    schedule = OneCycle(n_samples=64, learning_rate=1e-3)
    plain = Stage(side_px=32, schedule=schedule, batch_size=8, samples_per_epoch=16)
    own = plain.replace(
        side_px=40,
        average=0.9,
        augmentation=Augmentation(rotation_deg=9),
        style_mixing=0.5,
        map_stride=16,
        wise_ft_alpha=0.5,
        n_batchnorm_images=32,
        distillation=Distillation(teachers=("teacher/stage-0",)),
    )
    return recipe(name, stages=(plain, own))


def test_a_run_killed_in_its_second_stage_resumes_to_the_same_weights(
    teacher_run: Path, drawn_data: Path, tmp_path: Path
) -> None:
    def kill_in_the_second_stage(_: object, trainer: object, module: TrainingModule) -> None:
        if module.stage.side_px == 40:
            _kill_in_the_third_epoch(_, trainer, module)

    whole, cut = tmp_path / "whole", tmp_path / "cut"
    for runs in (whole, cut):
        shutil.copytree(teacher_run, runs / teacher_run.name)
    straight = train(staged("staged"), training_context(drawn_data, whole))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LoaderShare, "on_train_epoch_start", kill_in_the_second_stage)
        with pytest.raises(KilledError):
            train(staged("staged"), training_context(drawn_data, cut))
    assert (cut / "staged-seed0" / "stage-0" / "weights.safetensors").is_file()
    assert not (cut / "staged-seed0" / "stage-1" / "weights.safetensors").exists()
    resumed = train(staged("staged"), training_context(drawn_data, cut), resume=True)

    for name in ("stage-0/weights.safetensors", "stage-1/weights.safetensors"):
        first, second = (load_file(folder / name) for folder in (straight, resumed))
        assert all(torch.equal(first[key], second[key]) for key in first), name
    assert read_curves(straight)["valid_loss"] == read_curves(resumed)["valid_loss"]


@pytest.mark.usefixtures("teacher")
def test_a_run_can_be_loaded_as_it_was_after_a_stage(drawn_data: Path, tmp_path: Path) -> None:
    folder = train(staged("staged"), training_context(drawn_data, tmp_path))

    coarse, after_first = load_run(folder, stage=0)
    whole, after_last = load_run(folder)

    images = torch.zeros(1, 1, 64, 64)
    assert coarse.stages == whole.stages[:1]
    assert after_first(images).maps.shape[2:] == (2, 2)
    assert after_last(images).maps.shape[2:] == (4, 4)
    with pytest.raises(RunNotFinishedError):
        load_run(folder, stage=2)


def test_a_plateau_resumes_with_its_learning_rate_and_its_best_weights(
    drawn_data: Path, tmp_path: Path
) -> None:
    falling = wandering("falling", min_delta=0.05)
    whole = train(falling, training_context(drawn_data, tmp_path / "whole"))
    cut = tmp_path / "cut"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LoaderShare, "on_train_epoch_start", _kill_in_the_third_epoch)
        with pytest.raises(KilledError):
            train(falling, training_context(drawn_data, cut))
    resumed = train(falling, training_context(drawn_data, cut), resume=True)

    straight, again = (load_file(folder / "weights.safetensors") for folder in (whole, resumed))
    assert all(torch.equal(straight[name], again[name]) for name in straight)
    curves = [read_curves(folder) for folder in (whole, resumed)]
    for name in ("valid_loss", "loss_labels"):
        assert curves[0][name] == curves[1][name], name


def test_a_run_killed_after_its_early_stop_does_not_train_on(
    drawn_data: Path, tmp_path: Path
) -> None:
    stopped = wandering("stopped", min_delta=0.5)
    folder = train(stopped, training_context(drawn_data, tmp_path))
    curves = (folder / "stage-0" / "curves.jsonl").read_text()
    weights = (folder / "weights.safetensors").read_bytes()
    for file in (folder / "weights.safetensors", folder / "stage-0" / "weights.safetensors"):
        file.unlink()

    train(stopped, training_context(drawn_data, tmp_path), resume=True)

    assert (folder / "stage-0" / "curves.jsonl").read_text() == curves
    assert (folder / "weights.safetensors").read_bytes() == weights


@pytest.mark.usefixtures("teacher")
def test_features_are_learned_without_labels_and_start_another_run(
    drawn_data: Path, tmp_path: Path
) -> None:
    context = training_context(drawn_data, tmp_path)
    only_hints = Distillation(teachers=("teacher",), logits_weight=0.0)
    pretrain = recipe("pretrain", 16, task="features", network="densenet", distillation=only_hints)
    train(pretrain, context)

    started = train(recipe("started", 16, network="densenet", init="pretrain"), context)

    first = load_file(tmp_path / "pretrain-seed0" / "weights.safetensors")
    curves = (tmp_path / "pretrain-seed0" / "stage-0" / "curves.jsonl").read_text()
    assert "valid_auc" not in curves
    assert first["head.classifier.weight"].shape[0] == 1
    assert load_run(started)[0].init == "pretrain"


@pytest.mark.usefixtures("teacher")
def test_a_run_does_not_start_from_another_kind_of_network(
    drawn_data: Path, tmp_path: Path
) -> None:
    dense = recipe("dense", network="densenet", init="teacher")

    with pytest.raises(StartNetworkMismatchError) as refusal:
        train(dense, training_context(drawn_data, tmp_path))

    assert refusal.value.facts["init"] == "teacher"


def test_what_a_run_held_out_is_predicted_afterwards(drawn_data: Path, tmp_path: Path) -> None:
    whole = recipe("whole", 16).held_out("source1")
    folder = train(whole, training_context(drawn_data, tmp_path))

    held = read_predictions(folder / "predictions-held_out.csv")
    valid = read_predictions(folder / "predictions-valid.csv")
    assert set(held.column("dataset")) == {"source1"}
    assert set(valid.column("dataset")) == {"source0"}


def test_a_recipe_that_leaves_no_image_does_not_start(drawn_data: Path, tmp_path: Path) -> None:
    nothing = recipe("nothing", sampling=Sampling(datasets=("nowhere",)))

    with pytest.raises(SplitEmptyError) as refusal:
        train(nothing, training_context(drawn_data, tmp_path))

    assert refusal.value.facts["split"] == "train"


def test_several_devices_share_each_batch(drawn_data: Path, tmp_path: Path) -> None:
    """Two processes stand for two GPUs: same recipe, same number of steps, one set of weights."""
    script = SHARED_RUN.format(
        tests=str(Path(__file__).parent), data=str(drawn_data), runs=str(tmp_path)
    )
    file = tmp_path / "shared.py"
    file.write_text(script)

    subprocess.run([sys.executable, str(file)], check=True, capture_output=True, timeout=240)

    lines = (tmp_path / "shared-seed0" / "stage-0" / "curves.jsonl").read_text().splitlines()
    epochs = [json.loads(line)["epoch"] for line in lines if "valid_auc" in line]
    assert epochs
    assert len(epochs) == len(set(epochs)), "more than one process wrote the curves"
    assert max(json.loads(line)["step"] for line in lines) == 7
    load_run(tmp_path / "shared-seed0")


SHARED_RUN = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_training_run import recipe
from raiox.lab.training.runs.train import train
from raiox.lab.training.context import TrainingContext
context = TrainingContext(Path({data!r}), Path({runs!r}), n_devices=2, n_threads=1, deterministic=True)
train(recipe("shared"), context)
"""


def test_the_trainings_of_a_stage_are_averaged(drawn_data: Path, tmp_path: Path) -> None:
    plain = recipe("soup", 16)
    stage = plain.stages[0].replace(soup=2)

    folder = train(plain.replace(stages=(stage,)), training_context(drawn_data, tmp_path))

    first, second = (
        load_file(folder / "stage-0" / f"soup-{i}" / "trained.safetensors") for i in range(2)
    )
    mean = load_file(folder / "weights.safetensors")
    name = "blocks.0.0.conv_pw.weight"
    assert not torch.equal(first[name], second[name])
    torch.testing.assert_close(mean[name], (first[name] + second[name]) / 2)


def test_a_stage_learns_what_an_earlier_one_said_of_the_originals_in_another_tone(
    drawn_data: Path, tmp_path: Path
) -> None:
    schedule = OneCycle(n_samples=32, learning_rate=1e-3)
    first = Stage(
        side_px=32, schedule=schedule, batch_size=8, samples_per_epoch=16, tone="as_stored"
    )
    second = first.replace(
        tone=None,
        distillation=Distillation(teachers=("own/stage-0",), sees="original", hint_weight=0.0),
    )
    own = recipe(
        "own",
        preprocessing=Preprocessing(side_px=32, fit="letterbox", tone="levels"),
        stages=(first, second),
    )

    folder = train(own, training_context(drawn_data, tmp_path))

    teacher = load_run(folder, stage=0)
    assert teacher[0].preprocessing.tone == "as_stored"
    assert "loss_teacher" in (folder / "stage-1" / "curves.jsonl").read_text()
    kept = sorted((tmp_path / "cache").glob("logits-*.npy"), key=lambda file: file.stat().st_size)
    assert [len(np.load(file)) for file in kept] == [12, 24]


def test_a_stage_may_keep_a_share_of_an_earlier_one_than_it_started_from(
    drawn_data: Path, tmp_path: Path
) -> None:
    plain = recipe("shares").stages[0].replace(schedule=OneCycle(n_samples=16, learning_rate=1e-3))
    stages = (plain, plain, plain.replace(wise_ft_alpha=0.25, wise_ft_start=0))

    folder = train(recipe("shares", stages=stages), training_context(drawn_data, tmp_path))

    earliest, trained, kept = (
        load_file(folder / f"stage-{name}.safetensors")["blocks.0.0.conv_pw.weight"]
        for name in ("0/weights", "2/trained", "2/weights")
    )
    torch.testing.assert_close(kept, 0.25 * earliest + 0.75 * trained)
