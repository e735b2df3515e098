"""The classifier without SIIM, NIH and Shenzhen: what it is worth at hospitals that it never saw.

Nothing but ImageNet comes before it, so no stage and no teacher has seen the three either.

Source:  MobileNets (arXiv:1704.04861); ImageNet weights in timm's layout, Apache-2.0; MixStyle
         (arXiv:2104.02008).
Takes:   12,000 images at 112 px: 20 minutes on one processor core without bf16.
Expects: docs/evidence/sources-left-out.md.
Run:     raiox train recipes/unseen.py --imagenet mobilenetv1_100_tf_in1k.safetensors
         .venv-train/bin/python benchmarks/unseen.py runs/unseen-seed0 $RAIOX_DATASETS
"""

from raiox.lab.training.augment.presets import LEVELS
from raiox.lab.training.recipe import Loss, OneCycle, Recipe, Sampling, Stage
from raiox.preprocessing import Preprocessing

RECIPE = Recipe(
    name="unseen",
    task="findings",
    network="mobilenet",
    init="imagenet",
    preprocessing=Preprocessing(side_px=112, fit="letterbox", tone="levels"),
    sampling=Sampling(hold_out=("siim", "nih", "shenzhen")),
    loss=Loss(label_smoothing=0.05),
    style_mixing=0.3,
    n_batchnorm_images=1_500,
    augmentation=LEVELS.replace(
        rotation_deg=6,
        zoom=(0.9, 1.18),
        aspect=(0.93, 1.08),
        shift=0.04,
        gamma=(0.65, 1.5),
        contrast=(0.75, 1.3),
        blur=0.2,
        jpeg=0.1,
        borders=0.1,
    ),
    stages=(
        Stage(
            side_px=112,
            schedule=OneCycle(n_samples=12_000, learning_rate=6e-4),
            samples_per_epoch=1_000,
            epochs_per_validation=20,
            average=0.99,
        ),
    ),
)
