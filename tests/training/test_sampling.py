"""Which images are drawn, and how often."""

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
from raiox.lab.training.recipe import OneCycle, Sampling, Stage
from raiox.lab.training.tasks import TASKS
from raiox.lab.training.teachers import Distillation


def sample(label: str, dataset: str, split: str = "train", group: str = "") -> Sample:
    return Sample(Path(f"{label}-{dataset}.png"), label, dataset, split, group or dataset, "drawn")


def test_every_label_has_the_same_share_unless_weighted(drawn_data: Path, tmp_path: Path) -> None:
    experiment = recipe("filter", task="frontal_filter")
    splits = load_examples(experiment, experiment.preprocessing, drawn_data, tmp_path)

    chances = draw_chances(splits["train"].samples, Sampling(label_weights={"frontal": 4.0}))

    shares = [chances[splits["train"].labels == label].sum() for label in range(12)]
    assert shares[0] == pytest.approx(4 / 14)
    assert shares[1:10] == pytest.approx([1 / 14] * 9)
    assert shares[10:] == pytest.approx([0, 1 / 14])  # no surface is drawn here, but pairs are


@pytest.mark.parametrize(("power", "share"), [(1.0, 0.9), (0.5, 0.75), (0.0, 0.5)])
def test_a_power_holds_large_data_sets_back(power: float, share: float) -> None:
    samples = [sample("no_finding", "large")] * 9 + [sample("no_finding", "small")]

    chances = draw_chances(samples, Sampling(dataset_power=power))

    assert chances[:9].sum() == pytest.approx(share)


def test_balanced_by_data_sets_a_data_set_identifies_no_label() -> None:
    samples = [sample("no_finding", "rsna")] * 15 + [sample("lung_opacity", "rsna")]
    samples += [sample("covid19", "cohen")] * 4

    chances = draw_chances(samples, Sampling(balance="datasets", dataset_power=0.5))

    assert chances[:15].sum() == pytest.approx(chances[15])
    assert chances[16:].sum() == pytest.approx(2 / (2 + 4))


def test_a_held_out_data_set_and_its_groups_train_nothing() -> None:
    samples = [
        sample("covid19", "siim", "train", "g1"),
        sample("covid19", "siim", "test", "g2"),
        sample("covid19", "cohen", "train", "g1"),
        sample("covid19", "cohen", "train", "g3"),
        sample("covid19", "cohen", "valid", "g4"),
    ]

    splits = split_samples(samples, Sampling(hold_out=("siim",)))

    assert [c.group_id for c in splits["held_out"]] == ["g1", "g2"]
    assert [c.group_id for c in splits["train"]] == ["g3"]
    assert [c.group_id for c in splits["valid"]] == ["g4"]


def test_only_named_data_sets_and_labels_are_drawn() -> None:
    samples = [sample("covid19", "siim"), sample("no_finding", "siim"), sample("covid19", "cohen")]

    splits = split_samples(samples, Sampling(datasets=("siim",), labels=("covid19",)))

    assert splits["train"] == [samples[0]]


def test_holding_out_a_source_holds_it_out_of_teachers_and_start_too() -> None:
    experiment = recipe(
        "student", init="first", distillation=Distillation(teachers=("teacher", "imagenet"))
    )

    without = experiment.held_out("siim")

    assert without.name == "student-without-siim"
    assert without.init == "first-without-siim"
    assert without.distillation.teachers == ("teacher-without-siim", "imagenet")


def examples_of(samples: list[Sample]) -> Examples:
    pixels = np.zeros((1, 8, 8), np.uint8)
    return Examples(samples, [0] * len(samples), TASKS["findings"], pixels)


def test_an_epoch_holds_every_image_as_often_as_its_data_set_is_oversampled() -> None:
    samples = [
        sample("covid19", "cohen"),
        sample("no_finding", "rsna"),
        sample("lung_opacity", "rsna"),
    ]
    sampling = Sampling(draws="epochs", oversampling={"cohen": 20})
    stage = Stage(
        side_px=8, schedule=OneCycle(n_samples=1, learning_rate=1), batch_size=2,
        samples_per_epoch=None,
    )  # fmt: skip
    draws = SeededDataModule(sampling, stage, {"train": examples_of(samples)}, seed=0)

    drawn = Counter(draws.train_dataloader().dataset.indices)

    assert drawn == {0: 20, 1: 1, 2: 1}


def test_the_authors_valid_has_as_many_of_each_label() -> None:
    samples = [sample("covid19", "cohen")] + [sample("lung_opacity", "rsna")] * 30

    chosen = resample_as_authors(examples_of(samples), {"cohen": 20}, seed=0)

    assert Counter(samples[i].label for i in chosen) == {"covid19": 30, "lung_opacity": 30}


def test_oversampling_repeats_whole_sources() -> None:
    assert oversample([sample("a", "x"), sample("b", "y")], {"y": 3}).tolist() == [0, 1, 1, 1]


def test_stage_one_counts_covid19_as_an_opacity() -> None:
    task = TASKS["opacity"]

    assert [task.output(label) for label in ("no_finding", "lung_opacity", "covid19")] == [0, 1, 1]
