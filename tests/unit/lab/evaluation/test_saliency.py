"""Maps that lie on what was framed win, those of a network that looks away do not."""

from pathlib import Path

import numpy as np
import pytest
from benches import MASK, SpotBench, bench_of, values

from raiox.lab.datasets.lung_masks import find_masks
from raiox.lab.evaluation.probes.saliency import saliency_metrics

CENTRE = "13,13,14,14"


@pytest.fixture
def context(tmp_path: Path) -> SpotBench:
    """Thirty films in a data set; opacities have a box around the centre, half of all a mask."""
    chest = tmp_path / "chest"
    (chest / "lung_masks").mkdir(parents=True)
    context = bench_of(chest, n=30)
    names = [sample.path.name for sample in context.predictions.samples]
    boxes = [f"{name},{CENTRE}" for name in names]
    (chest / "opacity_boxes.csv").write_text(
        "\n".join(["image,x_px,y_px,width_px,height_px", *boxes])
    )
    (chest / "mask.png").write_text(f"{MASK} 0")
    told = [f"{n},mask.png,{('hand', 'unet')[i % 2]}" for i, n in enumerate(names[:15])]
    (chest / "lung_masks" / "manifest.csv").write_text("\n".join(["image,mask,annotator", *told]))
    object.__setattr__(context, "data", tmp_path)
    return context


def test_a_map_over_the_box_points_into_it_more_often_than_chance(context: SpotBench) -> None:
    told = values(saliency_metrics, context)

    assert told["pointing.boxes"] == 1.0
    assert told["auprc.boxes"] > told["chance.boxes"]
    assert told["iou.habit"] == 1.0  # every box lies at the centre: habit alone suffices here


def test_evidence_inside_the_lungs_is_told_by_annotator_beside_their_area(
    context: SpotBench,
) -> None:
    told = values(saliency_metrics, context)

    for annotator in ("hand", "unet"):
        assert told[f"lung_area.{annotator}"] == pytest.approx(0.1225, abs=0.03)
        assert np.isfinite(told[f"lung_fraction.{annotator}"])


def test_what_needs_surgery_or_a_twin_is_left_out_without_them(context: SpotBench) -> None:
    assert not [
        key for key in values(saliency_metrics, context) if "ssim" in key or "guided" in key
    ]


def test_masks_of_two_annotators_never_share_a_list(context: SpotBench) -> None:
    found = find_masks(context.data).by_annotator

    assert not set(found["hand"]) & set(found["unet"])
