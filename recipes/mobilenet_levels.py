"""The default classifier, on from its bundle: levels set, one hospital more.

Source:  `mobilenet.py`, whose bundle it goes on from; levels: `Preprocessing.tone`, chosen in
         docs/evidence/tone.md; WiSE-FT (arXiv:2109.01903); region loss (arXiv:1703.03717).
Takes:   10,400 images at 144 px: 20 minutes on one processor core without bf16.
Expects: macro AUC of about 0.98 on `valid`, and scores that a changed exposure moves by less than 0.05
         (docs/evidence/tone.md).
Run:     raiox train recipes/mobilenet_levels.py --bundle my-models/mobilenet
"""

from raiox.lab.training.recipe import Augmentation, Loss, OneCycle, Recipe, Stage
from raiox.preprocessing import Preprocessing

RECIPE = Recipe(
    name="mobilenet_levels",
    task="findings",
    network="mobilenet",
    map_stride=16,
    init="bundle",
    wise_ft_alpha=0.3,
    n_batchnorm_images=4_000,
    preprocessing=Preprocessing(side_px=192, fit="letterbox", tone="levels"),
    stages=(
        Stage(
            side_px=144,
            schedule=OneCycle(n_samples=10_400, learning_rate=3e-4),
            samples_per_epoch=1_300,
            average=0.99,
            epochs_per_validation=8,
        ),
    ),
    augmentation=Augmentation(
        p_clean=0.1,
        rotation_deg=5,
        zoom=(0.92, 1.15),
        shift=0.03,
        flip=True,
        gamma=(0.7, 1.4),
        contrast=(0.8, 1.25),
        brightness=0.06,
        blur=0.5,
        jpeg=0.3,
        borders=0.15,
        patches=1,
        markers=2,
    ),
    style_mixing=0.3,
    region_loss=0.3,
    loss=Loss(label_smoothing=0.05),
)
