"""Maps that lie on the annotated region win, those of a network that looks elsewhere do not."""

from pathlib import Path

import numpy as np
import pytest
from probe_contexts import MASK, SpotContext, make_context, values

from raiox.lab.datasets.lung_masks import find_masks
from raiox.lab.evaluation.probes.saliency import saliency_metrics

CENTRE = "13,13,14,14"


@pytest.fixture
def context(tmp_path: Path) -> SpotContext:
    """Thirty radiographs in a data set; opacities have a box around the centre, half of them a mask."""
    chest = tmp_path / "chest"
    (chest / "lung_masks").mkdir(parents=True)
    context = make_context(chest, n=30)
    names = [sample.path.name for sample in context.predictions.samples]
    boxes = [f"{name},{CENTRE}" for name in names]
    (chest / "opacity_boxes.csv").write_text(
        "\n".join(["image,x_px,y_px,width_px,height_px", *boxes])
    )
    (chest / "mask.png").write_text(f"{MASK} 0")
    rows = [f"{n},mask.png,{('hand', 'unet')[i % 2]}" for i, n in enumerate(names[:15])]
    (chest / "lung_masks" / "manifest.csv").write_text("\n".join(["image,mask,annotator", *rows]))
    object.__setattr__(context, "datasets", tmp_path)
    return context


def test_a_map_over_the_box_points_into_it_more_often_than_chance(context: SpotContext) -> None:
    metrics = values(saliency_metrics, context)

    assert metrics["pointing.boxes"] == 1.0
    assert metrics["auprc.boxes"] > metrics["chance.boxes"]
    # Every box lies at the centre: the prior alone suffices here.
    assert metrics["iou.prior"] == 1.0


def test_evidence_inside_the_lungs_is_reported_by_annotator_beside_their_area(
    context: SpotContext,
) -> None:
    metrics = values(saliency_metrics, context)

    for annotator in ("hand", "unet"):
        assert metrics[f"lung_area.{annotator}"] == pytest.approx(0.1225, abs=0.03)
        assert np.isfinite(metrics[f"lung_fraction.{annotator}"])


def test_sanity_checks_are_left_out_without_a_graph_editor_or_another_seed(
    context: SpotContext,
) -> None:
    assert not [
        key for key in values(saliency_metrics, context) if "ssim" in key or "guided" in key
    ]


def test_masks_of_two_annotators_never_share_a_list(context: SpotContext) -> None:
    found = find_masks(context.datasets).by_annotator

    assert not set(found["hand"]) & set(found["unet"])
