"""The classifier's groundwork: a DenseNet from random weights, taught by `raiox_tutor`.

Source:  the paper, section 2.2 and Figure 2; hints and answers: Romero et al., 2015,
         Hinton et al., 2015. No ImageNet weights of DenseNet are needed: the tutor,
         which started from ImageNet's, hands its features over at strides 4, 8 and 16.
Takes:   70 minutes of two processor cores without bf16, beside other work (30 images/s at
         112 px and 14 at 160 when it had them to itself).
Expects: macro one-vs-rest AUC of about 0.955 on `split=test` (measured once, seed 0).
Run:     raiox train recipes/raiox_groundwork.py     (after recipes/raiox_tutor.py)
"""

from raiox.lab.training.recipe import Augmentation, Distillation, Loss, OneCycle, Recipe, Stage
from raiox.preprocessing import Preprocessing

RECIPE = Recipe(
    name="raiox_groundwork",
    task="findings",
    network="densenet",
    n_head_channels=256,
    preprocessing=Preprocessing(side_px=160, fit="letterbox"),
    stages=(
        Stage(side_px=112, schedule=OneCycle(n_samples=45_000, learning_rate=2e-3)),
        Stage(side_px=160, schedule=OneCycle(n_samples=24_000, learning_rate=8e-4)),
    ),
    augmentation=Augmentation(
        rotation_deg=8,
        zoom=(0.9, 1.25),
        aspect=(0.87, 1.15),
        shift=0.05,
        flip=True,
        gamma=(0.75, 1.35),
        contrast=(0.8, 1.25),
        brightness=0.08,
        blur=0.2,
        patches=2,
        top_occlusion=0.1,
    ),
    distillation=Distillation(teachers=("raiox_tutor",), answers=1.0, hints=2.0),
    loss=Loss(label_smoothing=0.05),
)
