"""Who is learned from, and how often."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from test_training_run import recipe

from raiox.lab.datasets.manifest import Sample
from raiox.lab.training.data.examples import Examples, load_examples, split_samples
from raiox.lab.training.data.sampling import (
    SeededDataModule,
    draw_chances,
    oversample,
    resample_as_authors,
)
from raiox.lab.training.recipe import Distillation, OneCycle, Sampling, Stage
from raiox.lab.training.tasks import TASKS


def case(label: str, source: str, part: str = "train", group: str = "") -> Sample:
    return Sample(Path(f"{label}-{source}.png"), label, source, part, group or source, "drawn")


def test_every_label_is_drawn_alike_unless_told(drawn_data: Path, tmp_path: Path) -> None:
    experiment = recipe("filter", task="frontal_filter")
    parts = load_examples(experiment, experiment.preprocessing, drawn_data, tmp_path)

    chances = draw_chances(parts["train"].samples, Sampling(label_weights={"frontal": 4.0}))

    shares = [chances[parts["train"].labels == label].sum() for label in range(12)]
    assert shares[0] == pytest.approx(4 / 14)
    assert shares[1:10] == pytest.approx([1 / 14] * 9)
    assert shares[10:] == pytest.approx([0, 1 / 14])  # no surface is drawn here, but pairs are


@pytest.mark.parametrize(("power", "share"), [(1.0, 0.9), (0.5, 0.75), (0.0, 0.5)])
def test_a_power_holds_large_sources_back(power: float, share: float) -> None:
    cases = [case("no_finding", "large")] * 9 + [case("no_finding", "small")]

    chances = draw_chances(cases, Sampling(source_power=power))

    assert chances[:9].sum() == pytest.approx(share)


def test_balanced_by_sources_a_source_tells_nothing_of_its_labels() -> None:
    cases = [case("no_finding", "rsna")] * 15 + [case("lung_opacity", "rsna")]
    cases += [case("covid19", "cohen")] * 4

    chances = draw_chances(cases, Sampling(balance="sources", source_power=0.5))

    assert chances[:15].sum() == pytest.approx(chances[15])
    assert chances[16:].sum() == pytest.approx(2 / (2 + 4))


def test_a_held_out_source_and_its_groups_teach_nothing() -> None:
    cases = [
        case("covid19", "siim", "train", "g1"),
        case("covid19", "siim", "test", "g2"),
        case("covid19", "cohen", "train", "g1"),
        case("covid19", "cohen", "train", "g3"),
        case("covid19", "cohen", "valid", "g4"),
    ]

    parts = split_samples(cases, Sampling(hold_out=("siim",)))

    assert [c.group_id for c in parts["held_out"]] == ["g1", "g2"]
    assert [c.group_id for c in parts["train"]] == ["g3"]
    assert [c.group_id for c in parts["valid"]] == ["g4"]


def test_only_named_sources_and_labels_are_learned_from() -> None:
    cases = [case("covid19", "siim"), case("no_finding", "siim"), case("covid19", "cohen")]

    parts = split_samples(cases, Sampling(sources=("siim",), labels=("covid19",)))

    assert parts["train"] == [cases[0]]


def test_holding_out_a_source_holds_it_out_of_teachers_and_start_too() -> None:
    experiment = recipe(
        "student", init="first", distillation=Distillation(teachers=("teacher", "imagenet"))
    )

    without = experiment.held_out("siim")

    assert without.name == "student-without-siim"
    assert without.init == "first-without-siim"
    assert without.distillation.teachers == ("teacher-without-siim", "imagenet")


def examples_of(cases: list[Sample]) -> Examples:
    pixels = np.zeros((1, 8, 8), np.uint8)
    return Examples(cases, [0] * len(cases), TASKS["findings"], pixels)


def test_a_pass_shows_every_image_as_often_as_its_source_is_oversampled() -> None:
    cases = [case("covid19", "cohen"), case("no_finding", "rsna"), case("lung_opacity", "rsna")]
    sampling = Sampling(draws="epochs", oversampling={"cohen": 20})
    stage = Stage(
        side_px=8, schedule=OneCycle(n_samples=1, learning_rate=1), batch_size=2,
        samples_per_epoch=None,
    )  # fmt: skip
    draws = SeededDataModule(sampling, stage, {"train": examples_of(cases)}, seed=0)

    drawn = Counter(draws.train_dataloader().dataset.indices)

    assert drawn == {0: 20, 1: 1, 2: 1}


def test_the_authors_valid_has_as_many_of_each_label() -> None:
    cases = [case("covid19", "cohen")] + [case("lung_opacity", "rsna")] * 30

    chosen = resample_as_authors(examples_of(cases), {"cohen": 20}, seed=0)

    assert Counter(cases[i].label for i in chosen) == {"covid19": 30, "lung_opacity": 30}


def test_oversampling_repeats_whole_sources() -> None:
    assert oversample([case("a", "x"), case("b", "y")], {"y": 3}).tolist() == [0, 1, 1, 1]


def test_stage_one_counts_covid19_as_an_opacity() -> None:
    task = TASKS["opacity"]

    assert [task.output(label) for label in ("no_finding", "lung_opacity", "covid19")] == [0, 1, 1]
