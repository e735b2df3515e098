"""The fast classifier, and the teacher of the DenseNet: MobileNet v1 from ImageNet.

Source:  MobileNets (arXiv:1704.04861); ImageNet weights in timm's layout, Apache-2.0.
         Against shortcuts: letters, stickers and margins pasted at random, JPEG, tone,
         resolution, and the styles of early features mixed between images.
Takes:   48,000 images at 192 px: 15 minutes of two processor cores without bf16.
Run:     raiox train recipes/raiox_fast.py --imagenet mobilenetv1_100_tf_in1k.safetensors
"""

from raiox.lab.training.recipe import Augmentation, Loss, OneCycle, Recipe, Stage
from raiox.preprocessing import Preprocessing

RECIPE = Recipe(
    name="raiox_fast",
    task="findings",
    network="mobilenet",
    init="imagenet",
    preprocessing=Preprocessing(side_px=192, fit="letterbox"),
    stages=(
        Stage(side_px=192, schedule=OneCycle(n_samples=48_000, learning_rate=6e-4), average=0.998),
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
    style_mixing=0.5,
    loss=Loss(label_smoothing=0.05),
)
