"""Recipes side by side, whole and without a source."""

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest
from test_training_run import recipe, training_context

from raiox.lab.jobs.job import Job, Progress
from raiox.lab.metrics.intervals import Estimate
from raiox.lab.training.runs.comparison import RecipeComparison, compare, train_with_dependencies
from raiox.lab.training.runs.comparison_report import to_markdown, to_page
from raiox.lab.training.runs.run_process import run
from raiox.lab.training.runs.train_jobs import train_missing
from raiox.lab.training.teachers import Distillation


def test_every_recipe_is_measured_on_known_data_and_on_the_source_left_out(
    drawn_data: Path, tmp_path: Path
) -> None:
    recipes = [recipe("first", 16), recipe("second", 16)]

    first, second = compare(
        recipes, [["source1"]], tmp_path, training_context(drawn_data, tmp_path)
    )

    assert first.gain is None
    assert second.gain.value == pytest.approx(0.0), "the same recipe gained something"
    assert second.figures["macro AUC"] == first.figures["macro AUC"]
    assert first.figures["recall of covid19, source1, unseen"].n == 6, "test images were used"
    assert "calibration error, temperature >= 1, source1, unseen" in first.figures
    assert 0 <= first.figures["AUROC of the MSP, source1, unseen"].value <= 1
    assert "| gain in macro AUC |  | +0.000" in to_markdown([first, second])


def test_what_a_recipe_depends_on_is_trained_first_and_without_the_source_too(
    drawn_data: Path, tmp_path: Path
) -> None:
    recipes_dir = tmp_path / "recipes"
    recipes_dir.mkdir()
    tests = str(Path(__file__).parent)
    (recipes_dir / "teacher.py").write_text(
        f"import sys\nsys.path.insert(0, {tests!r})\n"
        "from test_training_run import recipe\nRECIPE = recipe('teacher', 16)\n"
    )
    student = recipe("student", 16, distillation=Distillation(teachers=("teacher",)))
    context = training_context(drawn_data, tmp_path)

    train_with_dependencies(
        student.held_out("source0"), [recipes_dir / "student.py"], context, seed=0
    )

    assert (tmp_path / "teacher-without-source0-seed0" / "weights.safetensors").is_file()
    assert not (tmp_path / "teacher-seed0").exists()


def test_missing_runs_are_trained_in_waves_and_leave_the_test_split_closed(
    drawn_data: Path, tmp_path: Path
) -> None:
    (tmp_path / "teacher.py").write_text(
        f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_training_run import recipe\nRECIPE = recipe('teacher', 16)\n"
    )
    student = recipe("student", 16, distillation=Distillation(teachers=("teacher",)))
    wanted = [student, recipe("other", 16), student.held_out("source0")]
    context, runner = training_context(drawn_data, tmp_path / "runs"), InProcess()

    train_missing(wanted, [tmp_path / "student.py"], context, 0, runner)

    assert runner.waves == [
        {"other-seed0", "teacher-seed0", "teacher-without-source0-seed0"},
        {"student-seed0", "student-without-source0-seed0"},
    ]
    assert not list((tmp_path / "runs").glob("*/predictions-test.csv"))


class InProcess:
    """A runner without processes; it remembers what it trained together."""

    def __init__(self) -> None:
        self.waves: list[set[str]] = []

    def share(self, n_threads: int) -> int:
        return n_threads

    def run(self, jobs: Sequence[Job]) -> Generator[Progress, None, None]:
        self.waves.append({job.log.parent.name for job in jobs})
        for job in jobs:
            run(job.command[3:])
            yield Progress([], [job.number])


def test_a_filter_is_judged_by_what_it_accepts(drawn_data: Path, tmp_path: Path) -> None:
    rating = recipe("filter", 16, task="frontal_filter")

    (row,) = compare([rating], [["source1"]], [], training_context(drawn_data, tmp_path))

    unseen = [name for name in row.figures if "unseen" in name]
    assert "frontal accepted, source1, unseen" in unseen
    assert "rotated_90 rejected, source1, unseen" in unseen
    assert not any("within" in name for name in row.figures)


def compared(name: str, *values: float) -> RecipeComparison:
    figures = {f"figure {i}": Estimate(v, v - 0.1, v + 0.1, 9) for i, v in enumerate(values)}
    return RecipeComparison(name, figures, None)


def test_the_longer_side_of_a_comparison_runs_down_the_page() -> None:
    many_figures = to_markdown([compared("one", 0.5, 0.6, 0.7)])
    many_recipes = to_markdown([compared(name, 0.5) for name in ("one", "two", "three")])

    assert many_figures.splitlines()[0] == "| recipe | one |"
    assert "gain" not in many_figures
    assert many_recipes.splitlines()[0] == "| recipe | gain in macro AUC | figure 0 |"


def test_a_page_states_its_command() -> None:
    page = to_page([compared("one", 0.5), compared("two", 0.6)], "raiox ablate one.py two.py")

    assert page.startswith("# `one` beside `two`")
    assert page.rstrip().endswith("raiox ablate one.py two.py\n```")
