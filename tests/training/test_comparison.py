"""Recipes side by side, whole and without a source."""

from pathlib import Path

import pytest
from test_training_run import recipe, workplace

from raiox.lab.metrics.intervals import Estimate
from raiox.lab.training.recipe import Distillation
from raiox.lab.training.runs.comparison import Compared, compare, train_with_needs
from raiox.lab.training.runs.comparison_report import to_markdown, to_page


def test_every_recipe_is_asked_at_home_and_at_the_source_left_out(
    drawn_data: Path, tmp_path: Path
) -> None:
    recipes = [recipe("first"), recipe("second")]

    first, second = compare(recipes, [["source1"]], tmp_path, workplace(drawn_data, tmp_path))

    assert first.gain is None
    assert second.gain.value == pytest.approx(0.0), "the same recipe gained something"
    assert second.figures["macro AUC"] == first.figures["macro AUC"]
    assert first.figures["covid19 named, source1, never seen"].n == 6, "test cases were asked"
    assert "calibration error, never sharpened, source1, never seen" in first.figures
    assert 0 <= first.figures["AUROC of the doubt, source1, never seen"].value <= 1
    assert "| gain in macro AUC |  | +0.000" in to_markdown([first, second])


def test_what_a_recipe_builds_on_is_trained_first_without_the_source_too(
    drawn_data: Path, tmp_path: Path
) -> None:
    recipes_dir = tmp_path / "recipes"
    recipes_dir.mkdir()
    tests = str(Path(__file__).parent)
    (recipes_dir / "teacher.py").write_text(
        f"import sys\nsys.path.insert(0, {tests!r})\n"
        "from test_training_run import recipe\nRECIPE = recipe('teacher')\n"
    )
    student = recipe("student", distillation=Distillation(teachers=("teacher",)))
    context = workplace(drawn_data, tmp_path)

    train_with_needs(student.held_out("source0"), recipes_dir, context, seed=0)

    assert (tmp_path / "teacher-without-source0-seed0" / "weights.safetensors").is_file()
    assert not (tmp_path / "teacher-seed0").exists()


def test_a_filter_is_judged_by_what_it_lets_in(drawn_data: Path, tmp_path: Path) -> None:
    rating = recipe("filter", task="frontal_filter")

    (row,) = compare([rating], [["source1"]], tmp_path, workplace(drawn_data, tmp_path))

    told = [name for name in row.figures if "never seen" in name]
    assert "frontal let in, source1, never seen" in told
    assert "rotated_90 refused, source1, never seen" in told
    assert not any("inside" in name for name in row.figures)


def compared(name: str, *values: float) -> Compared:
    figures = {f"figure {i}": Estimate(v, v - 0.1, v + 0.1, 9) for i, v in enumerate(values)}
    return Compared(name, figures, None)


def test_the_longer_side_of_a_comparison_runs_down_the_page() -> None:
    many_figures = to_markdown([compared("one", 0.5, 0.6, 0.7)])
    many_recipes = to_markdown([compared(name, 0.5) for name in ("one", "two", "three")])

    assert many_figures.splitlines()[0] == "| recipe | one |"
    assert "gain" not in many_figures
    assert many_recipes.splitlines()[0] == "| recipe | gain in macro AUC | figure 0 |"


def test_a_page_tells_the_command_that_prints_it() -> None:
    page = to_page([compared("one", 0.5), compared("two", 0.6)], "raiox compare one.py two.py")

    assert page.startswith("# `one` beside `two`")
    assert page.rstrip().endswith("raiox compare one.py two.py\n```")
