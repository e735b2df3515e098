"""Evidence is kept where it may lie: inside the lungs, or inside a radiologist's box."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from raiox.lab.datasets.manifest import Sample, read_finding_samples
from raiox.lab.training.augment.augmentation import augment, augment_regions
from raiox.lab.training.context import TrainingContext
from raiox.lab.training.data.regions import SIDE, read_regions
from raiox.lab.training.fit.region_loss import region_loss
from raiox.lab.training.recipe import Augmentation, OneCycle, Recipe, Stage
from raiox.lab.training.runs.train import train
from raiox.preprocessing import Preprocessing

SPEC = Preprocessing(side_px=32, fit="letterbox")
LEFT_HALF = torch.zeros(1, 1, SIDE, SIDE).index_fill_(3, torch.arange(SIDE // 2), 1.0)


def maps_with(column: int) -> torch.Tensor:
    """(1, 3, 4, 4): evidence for the first output in one column, none elsewhere."""
    maps = torch.zeros(1, 3, 4, 4)
    maps[0, 0, :, column] = 6.0
    return maps


def test_evidence_outside_its_region_costs_and_inside_it_does_not() -> None:
    label = torch.tensor([0])

    inside, outside = (region_loss(maps_with(column), label, LEFT_HALF) for column in (0, 3))

    assert inside < 0.01
    assert outside > 3


def test_evidence_that_may_lie_anywhere_costs_nothing() -> None:
    loss = region_loss(torch.randn(4, 3, 5, 5), torch.tensor([0, 1, 2, 0]), torch.ones(4, 1, 8, 8))

    assert float(loss) == pytest.approx(0, abs=1e-6)


def test_learning_moves_evidence_into_the_region() -> None:
    maps = torch.full((1, 3, 4, 4), 0.1)
    maps[:, 0] = 2.0
    maps.requires_grad_()

    region_loss(maps, torch.tensor([0]), LEFT_HALF).backward()

    assert (maps.grad[0, 0, :, :2] < 0).all()
    assert (maps.grad[0, 0, :, 2:] > 0).all()


def test_regions_move_as_augmentation_moves_their_images() -> None:
    squares = torch.zeros(8, 1, SIDE, SIDE)
    squares[:, :, 10:40, 20:50] = 1.0
    geometry = Augmentation(
        rotation_deg=20, zoom=(0.7, 1.4), shift=0.1, flip=True, crop_area=(0.5, 1)
    )

    images = augment(squares, geometry, torch.Generator().manual_seed(4))
    region_loss = augment_regions(squares, geometry, torch.Generator().manual_seed(4))

    assert torch.equal(images > 0.5, region_loss > 0.5)
    assert not torch.equal(region_loss > 0.5, squares > 0.5)


@pytest.fixture(scope="module")
def annotated_data(drawn_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The drawn images; the first of each label by hand, the second by a network, a box on one."""
    data = tmp_path_factory.mktemp("annotated") / "data"
    shutil.copytree(drawn_data, data)
    chest = data / "chest"
    (chest / "lung_masks").mkdir()
    top = np.zeros((60, 64), bool)
    top[:30] = True
    Image.fromarray(top).save(chest / "lung_masks" / "top.png")
    rows = [
        (f"{label}-{i}.png", "lung_masks/top.png", "", "", annotator)
        for label in ("no_finding", "lung_opacity", "covid19")
        for i, annotator in ((0, "hand"), (1, "unet"), (4, "hand"))
    ]
    columns = ("image", "mask", "annotation_origin", "licence", "annotator")
    write(chest / "lung_masks" / "manifest.csv", [columns, *rows])
    box = ("image", "x_px", "y_px", "width_px", "height_px"), ("lung_opacity-4.png", 32, 0, 32, 60)
    write(chest / "opacity_boxes.csv", box)
    return data


def write(file: Path, rows: object) -> None:
    with file.open("w", newline="") as opened:
        csv.writer(opened).writerows(rows)


def regions_by_name(data: Path) -> dict[str, np.ndarray]:
    region_loss = read_regions(read_finding_samples(data), SPEC, data)
    return {path.stem: region[0] > 0 for path, region in region_loss.items()}


def test_masks_by_hand_serve_every_label_and_a_networks_only_clear_images(
    annotated_data: Path,
) -> None:
    found = regions_by_name(annotated_data)

    assert {"no_finding-0", "lung_opacity-0", "covid19-0", "no_finding-1"} <= set(found)
    assert not {"lung_opacity-1", "covid19-1", "no_finding-2"} & set(found)


def test_regions_lie_where_the_image_lies_in_the_square(annotated_data: Path) -> None:
    mask, box = (regions_by_name(annotated_data)[name] for name in ("covid19-0", "lung_opacity-4"))

    rows = np.flatnonzero(mask.any(axis=1))
    assert rows[0] == 2, "60 of 64 rows: two black ones above"
    assert rows[-1] == pytest.approx(31, abs=1)
    assert not box[:, : SIDE // 2].any(), "the box wins over the mask"
    assert box[2:-2, SIDE // 2 :].all()


def test_a_run_learns_from_regions(annotated_data: Path, tmp_path: Path) -> None:
    schedule = OneCycle(n_samples=32, learning_rate=1e-3)
    stage = Stage(side_px=32, schedule=schedule, batch_size=8, samples_per_epoch=16)
    plain = Recipe(
        name="annotated", task="findings", network="mobilenet", preprocessing=SPEC, map_stride=16,
        stages=(stage,), augmentation=Augmentation(flip=True), region_loss=0.5,
    )  # fmt: skip

    folder = train(plain, TrainingContext(data=annotated_data, runs=tmp_path, n_threads=1))

    assert "loss_regions" in (folder / "stage-0" / "curves.jsonl").read_text()


def test_no_annotation_no_region(drawn_data: Path) -> None:
    case = Sample(Path("image.png"), "no_finding", "drawn", "train", "g", "drawn")

    assert read_regions([case], SPEC, drawn_data) == {}
