"""The classifier: DenseNet-121's first three dense blocks, from its groundwork on.

Source:  the paper, section 2.2 and Figure 2; hints and answers: Romero et al., 2015,
         Hinton et al., 2015; styles mixed and weights averaged, as its teacher's were.
Takes:   70 minutes of two processor cores without bf16.
Run:     raiox train recipes/raiox_classifier.py     (after raiox_groundwork and raiox_fast)
"""

from raiox.lab.training.recipe import Augmentation, Distillation, Loss, OneCycle, Recipe, Stage
from raiox.preprocessing import Preprocessing

RECIPE = Recipe(
    name="raiox_classifier",
    task="findings",
    network="densenet",
    n_head_channels=256,
    init="raiox_groundwork",
    preprocessing=Preprocessing(side_px=160, fit="letterbox"),
    stages=(
        Stage(
            side_px=128, schedule=OneCycle(n_samples=33_000, learning_rate=1.2e-3), average=0.998
        ),
        Stage(side_px=160, schedule=OneCycle(n_samples=30_000, learning_rate=6e-4), average=0.998),
    ),
    augmentation=Augmentation(
        rotation_deg=7,
        zoom=(0.92, 1.2),
        aspect=(0.9, 1.11),
        shift=0.04,
        flip=True,
        gamma=(0.8, 1.25),
        contrast=(0.85, 1.2),
        brightness=0.05,
        blur=0.15,
        jpeg=0.15,
        borders=0.1,
        patches=1,
        markers=1,
    ),
    style_mixing=0.3,
    distillation=Distillation(teachers=("raiox_fast",), answers=1.0, hints=1.0),
    loss=Loss(label_smoothing=0.05),
)
