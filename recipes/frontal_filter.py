"""The frontal filter: MobileNet v1 from ImageNet, ten kinds of image.

Source:  the paper, sections 2.1 and 4.1, extended from valid/non-valid to kinds, so that a rejection
         states what the image is and by how much a radiograph is rotated. It also rates image quality,
         learned from radiographs degraded by known amounts.
Takes:   24,000 images at 128 px: 8 minutes on two processor cores without bf16.
Expects: balanced accuracy of at least 98 % on `split=test`, upright frontal against the rest
         (measured: all of 10,548 decisions correct, on data sets that it was trained on).
Run:     raiox train recipes/frontal_filter.py --imagenet mobilenetv1_100_tf_in1k.safetensors
"""

from raiox.lab.training.recipe import Augmentation, Loss, OneCycle, Recipe, Sampling, Stage
from raiox.preprocessing import Preprocessing

RECIPE = Recipe(
    name="frontal_filter",
    task="frontal_filter",
    network="mobilenet",
    init="imagenet",
    preprocessing=Preprocessing(side_px=128, fit="stretch"),
    stages=(Stage(side_px=128, schedule=OneCycle(n_samples=24_000, learning_rate=6e-4)),),
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
    sampling=Sampling(label_weights={"frontal": 4.0, "lateral_cxr": 0.7}),
)
