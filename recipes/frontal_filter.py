"""The frontal filter: MobileNet v1 from ImageNet, twelve kinds of image, in two stages.

    0  Radiographs of every projection, other images, documents; radiographs turned and inverted.
    1  Textures, noise and blanks, and two radiographs in one picture: what no data set holds is drawn in
       the batch (outlier exposure, arXiv:1812.04606). Exposures vary more; the first blocks stay as they are.

Source:  the paper, sections 2.1 and 4.1, extended from valid/non-valid to kinds, so that a rejection
         states what the image is and by how much a radiograph is rotated. It also rates image quality,
         learned from radiographs degraded by known amounts.
Takes:   32,000 images at 128 px: 11 minutes on two processor cores without bf16.
Expects: balanced accuracy of at least 99 % on `split=test`, upright frontal against the rest, on data
         sets that it was trained on; docs/evidence/filter-textures.md for those that it was not.
Run:     raiox train recipes/frontal_filter.py --imagenet mobilenetv1_100_tf_in1k.safetensors

The shipped bundle was trained by these stages as two recipes. Its stage 0 had ten kinds, without
`texture` and `multiple_radiographs`, and saw whole pictures, margins included, as its stage 1 did; stage 1
started from the exported bundle, in float16.
"""

from raiox.lab.training.image_synthesis import Synthesis
from raiox.lab.training.recipe import (
    Augmentation,
    Loss,
    OneCycle,
    Recipe,
    Sampling,
    Stage,
)
from raiox.preprocessing import Preprocessing

VARIED_EXPOSURE = Augmentation(
    p_clean=0.15,
    rotation_deg=10,
    zoom=(0.8, 1.4),
    aspect=(0.75, 1.33),
    shift=0.06,
    gamma=(0.5, 2.0),
    contrast=(0.6, 1.4),
    brightness=0.12,
    gain=(0.1, 1.1),
    blur=0.15,
    bars=0.2,
    borders=0.2,
    patches=2,
    markers=2,
)

RECIPE = Recipe(
    name="frontal_filter",
    task="frontal_filter",
    network="mobilenet",
    init="imagenet",
    preprocessing=Preprocessing(side_px=128, fit="stretch"),
    stages=(
        Stage(side_px=128, schedule=OneCycle(n_samples=24_000, learning_rate=6e-4)),
        Stage(
            side_px=128,
            schedule=OneCycle(n_samples=8_000, learning_rate=4e-4),
            samples_per_epoch=1_600,
            average=0.98,
            augmentation=VARIED_EXPOSURE,
            synthesis=Synthesis(textures=0.12, pairs=0.08),
            frozen_stages=2,
        ),
    ),
    augmentation=Augmentation(
        rotation_deg=12,
        zoom=(0.8, 1.4),
        aspect=(0.75, 1.33),
        shift=0.08,
        gamma=(0.6, 1.6),
        contrast=(0.7, 1.4),
        brightness=0.12,
        borders=0.2,
        patches=2,
        markers=2,
    ),
    rates_quality=True,
    loss=Loss(label_smoothing=0.05),
    sampling=Sampling(
        label_weights={
            "frontal": 4.0,
            "lateral_cxr": 0.7,
            "texture": 0.7,
            "multiple_radiographs": 0.3,
        }
    ),
)
