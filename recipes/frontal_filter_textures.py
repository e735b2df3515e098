"""The frontal filter, on from its bundle: textures, and two radiographs in one picture.

Source:  `frontal_filter.py`, whose bundle it goes on from; what no data set holds is drawn in the batch
         (outlier exposure, arXiv:1812.04606).
Takes:   8,000 images at 128 px: 6 minutes on one processor core without bf16.
Expects: docs/evidence/filter-textures.md.
Run:     raiox train recipes/frontal_filter_textures.py --bundle my-models/frontal_filter
"""

from raiox.lab.training.recipe import (
    Augmentation,
    Loss,
    OneCycle,
    Recipe,
    Sampling,
    Stage,
    Synthesis,
)
from raiox.preprocessing import Preprocessing

RECIPE = Recipe(
    name="frontal_filter_textures",
    task="frontal_filter",
    network="mobilenet",
    init="bundle",
    frozen_stages=2,
    preprocessing=Preprocessing(side_px=128, fit="stretch"),
    stages=(
        Stage(
            side_px=128,
            schedule=OneCycle(n_samples=8_000, learning_rate=4e-4),
            samples_per_epoch=1_600,
            average=0.98,
        ),
    ),
    augmentation=Augmentation(
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
    ),
    rates_quality=True,
    synthesis=Synthesis(textures=0.12, pairs=0.08),
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
