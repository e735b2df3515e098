"""Recipes: what a file may hold, how stages replace settings, which mistakes are found."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from raiox.lab.errors import RecipeInvalidError, RecipeNotFoundError
from raiox.lab.training.recipe import Augmentation, OneCycle, Recipe, Stage
from raiox.lab.training.recipe_files import find_recipe, load_recipe, load_recipes
from raiox.lab.training.teachers import Distillation
from raiox.messages import messages_for
from raiox.preprocessing import Preprocessing

FOLDER = Path(__file__).parents[4] / "recipes"
FILES = sorted(FOLDER.rglob("*.py"))
SCHEDULE = OneCycle(n_samples=8, learning_rate=1e-3)


def recipe(**changes: object) -> Recipe:
    plain = Recipe(
        name="plain",
        task="findings",
        network="mobilenet",
        preprocessing=Preprocessing(side_px=32, fit="letterbox"),
        stages=(Stage(side_px=32, schedule=SCHEDULE),),
    )
    return plain.replace(**changes)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_recipe_of_the_project_loads_under_the_name_that_finds_it(file: Path) -> None:
    for name, loaded in load_recipes(file).items():
        assert loaded == find_recipe(name, [file])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_a_recipe_of_the_project_depends_on_is_found(file: Path) -> None:
    for loaded in load_recipes(file).values():
        for name in loaded.depends_on:
            assert find_recipe(name, [file]).name == name


@pytest.mark.parametrize("name", ["mobilenet", "densenet", "frontal_filter"])
def test_a_shipped_network_is_one_recipe(name: str) -> None:
    assert load_recipe(FOLDER / f"{name}.py").name == name


def test_one_of_several_recipes_is_chosen_by_its_name() -> None:
    assert load_recipe(FOLDER / "ablations.py:intensity").augmentation.gamma == (0.65, 1.5)


@pytest.mark.parametrize("file", ["ablations.py", "ablations.py:nobody"])
def test_a_recipe_that_a_file_of_several_does_not_hold_is_answered_with_those_it_holds(
    file: str,
) -> None:
    with pytest.raises(RecipeNotFoundError) as refusal:
        load_recipe(FOLDER / file)

    detail = messages_for(refusal.value.code, "en", refusal.value.facts)["detail"]
    assert "baseline, " in detail


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("1 +", RecipeInvalidError),
        ("RECIPE = Recipe()", RecipeInvalidError),
        ("import nothing_of_the_kind", RecipeInvalidError),
        ("RECIPE = 3", RecipeNotFoundError),
        ("", RecipeNotFoundError),
    ],
)
def test_a_broken_file_is_one_of_our_errors(
    content: str, error: type[Exception], tmp_path: Path
) -> None:
    file = tmp_path / "broken.py"
    file.write_text(content)

    with pytest.raises(error):
        load_recipe(file)


def test_a_file_that_is_not_there_is_one_of_our_errors(tmp_path: Path) -> None:
    with pytest.raises(RecipeInvalidError):
        load_recipe(tmp_path / "absent.py")


def test_no_file_but_the_given_and_the_needed_one_is_run(tmp_path: Path) -> None:
    (tmp_path / "student.py").write_text("RECIPES = {}")
    (tmp_path / "other.py").write_text("raise SystemExit('run')")

    with pytest.raises(RecipeNotFoundError):
        find_recipe("teacher", [tmp_path / "student.py"])


def test_a_misspelt_field_is_an_error() -> None:
    with pytest.raises(ValidationError):
        recipe(learning="much")
    with pytest.raises(ValidationError):
        Augmentation(zom=(1, 2))


def test_a_stage_replaces_what_it_sets_and_keeps_the_rest() -> None:
    own = Augmentation(flip=True)
    stages = (
        Stage(side_px=32, schedule=SCHEDULE),
        Stage(side_px=64, schedule=SCHEDULE, augmentation=own, region_loss=0.0, map_stride=16),
    )
    whole = recipe(stages=stages, region_loss=0.3, style_mixing=0.5)

    first, second = whole.at_stage(0), whole.at_stage(1)

    assert (first.augmentation, first.region_loss, first.map_stride) == (Augmentation(), 0.3, 32)
    assert (second.augmentation, second.region_loss, second.map_stride) == (own, 0.0, 16)
    assert second.style_mixing == 0.5
    assert second.stages == stages[1:]
    assert second.at_stage(0) == second


def test_teachers_of_stages_are_dependencies_once_and_without_their_stage() -> None:
    stages = tuple(
        Stage(side_px=32, schedule=SCHEDULE, distillation=Distillation(teachers=teachers))
        for teachers in (("imagenet", "big/stage-0"), ("big/stage-2", "other"))
    )

    assert recipe(stages=stages, init="start").depends_on == ("start", "big", "other")


def test_holding_out_a_source_holds_it_out_of_the_teachers_of_stages_too() -> None:
    spec = Distillation(teachers=("big/stage-2", "imagenet"))
    stages = (Stage(side_px=32, schedule=SCHEDULE, distillation=spec),)

    (stage,) = recipe(stages=stages).held_out("siim").stages

    assert stage.distillation is not None
    assert stage.distillation.teachers == ("big-without-siim/stage-2", "imagenet")


def test_a_stage_may_have_a_tone_of_its_own() -> None:
    stages = (
        Stage(side_px=32, schedule=SCHEDULE, tone="levels"),
        Stage(side_px=32, schedule=SCHEDULE),
    )

    whole = recipe(stages=stages)

    assert [whole.at_stage(i).preprocessing.tone for i in (0, 1)] == ["levels", "as_stored"]
    assert whole.at_stage(0).at_stage(0) == whole.at_stage(0)


def test_an_earlier_stage_of_the_same_recipe_is_no_dependency() -> None:
    spec = Distillation(teachers=("plain/stage-0", "other"), sees="original", hint_weight=0.0)

    assert recipe(distillation=spec).depends_on == ("other",)


def test_features_of_an_image_that_the_student_does_not_see_are_no_hints() -> None:
    with pytest.raises(ValidationError, match="hint_weight"):
        Distillation(teachers=("other",), sees="original")
