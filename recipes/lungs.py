"""The lungs: a small U-Net on masks drawn by hand.

Source:  U-Net (arXiv:1505.04597), Dice as a loss (arXiv:1606.04797); masks of V7 Labs and of
         Shenzhen, as docs/evidence/lungs.md counts them. Two outputs that never mix: lungs with what
         lies behind the heart and what is consolidated, and lungs without the heart.
Takes:   34,000 images at 128 px: 25 minutes on one processor core without bf16.
Expects: docs/evidence/lungs.md.
Run:     raiox train recipes/lungs.py
"""

from raiox.lab.training.recipe import Augmentation, OneCycle, Recipe, Sampling, Stage
from raiox.preprocessing import Preprocessing

RECIPE = Recipe(
    name="lungs",
    task="lungs",
    network="unet",
    preprocessing=Preprocessing(side_px=128, fit="letterbox", tone="levels"),
    sampling=Sampling(label_weights={"lungs": 1.0, "lungs_without_heart": 0.35}, dataset_power=0.3),
    stages=(
        Stage(
            side_px=128,
            schedule=OneCycle(n_samples=20_000, learning_rate=3e-3),
            samples_per_epoch=2_000,
            average=0.99,
        ),
        Stage(
            side_px=128,
            schedule=OneCycle(n_samples=14_000, learning_rate=1.5e-3),
            samples_per_epoch=2_000,
            average=0.995,
        ),
    ),
    n_batchnorm_images=2_000,
    augmentation=Augmentation(
        p_clean=0.1,
        rotation_deg=12,
        zoom=(0.75, 1.4),
        aspect=(0.8, 1.25),
        shift=0.08,
        flip=True,
        gamma=(0.6, 1.6),
        contrast=(0.7, 1.3),
        brightness=0.1,
        blur=0.3,
        jpeg=0.2,
        borders=0.15,
        patches=1,
        markers=1,
    ),
)
