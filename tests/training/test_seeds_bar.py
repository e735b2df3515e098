"""The bar of a series: what is done, how much may be left."""

import json
from pathlib import Path

from test_training_run import training_context

from raiox.cli.progress import SeedsBar
from raiox.lab.training.recipe import Plateau, Recipe, Stage
from raiox.preprocessing import Preprocessing

RECIPE = Recipe(
    name="seen",
    task="findings",
    network="mobilenet",
    preprocessing=Preprocessing(side_px=32, fit="letterbox"),
    stages=(Stage(side_px=32, schedule=Plateau(learning_rate=1e-3, max_epochs=40)),),
)


def run_of(runs: Path, seed: int, n_epochs: int, *, finished: bool) -> None:
    folder = runs / f"seen-seed{seed}"
    (folder / "stage-0").mkdir(parents=True)
    lines = [json.dumps({"step": i, "epoch": i}) for i in range(n_epochs)]
    (folder / "stage-0" / "curves.jsonl").write_text("\n".join(lines))
    if finished:
        (folder / "weights.safetensors").touch()


def test_before_a_seed_is_done_each_may_take_all_its_epochs(tmp_path: Path, capsys) -> None:
    run_of(tmp_path, 0, 5, finished=False)

    with SeedsBar(RECIPE, training_context(tmp_path, tmp_path), 2) as bar:
        bar.show([0])
        assert "0 of 2 seeds, training 0 (epoch 5)" in str(bar._bar.tasks[0].description)
        assert (bar._bar.tasks[0].completed, bar._bar.tasks[0].total) == (5, 80)


def test_a_seed_that_is_done_shows_what_the_others_may_take(tmp_path: Path, capsys) -> None:
    with SeedsBar(RECIPE, training_context(tmp_path, tmp_path), 3) as bar:
        run_of(tmp_path, 0, 10, finished=True)
        run_of(tmp_path, 1, 4, finished=False)
        bar.show([1, 2])
        assert (bar._bar.tasks[0].completed, bar._bar.tasks[0].total) == (14, 30)

    assert capsys.readouterr().err.count("seed 0: trained, 10 epochs") == 1
