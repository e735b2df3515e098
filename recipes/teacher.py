"""The first teacher of the DenseNet: MobileNet v1 from ImageNet under strong augmentation.

Source:  MobileNets (arXiv:1704.04861); ImageNet weights in timm's layout, Apache-2.0.
Takes:   30,000 images at 160 px: 10 minutes on two processor cores without bf16.
Expects: macro one-vs-rest AUC of about 0.969 on `split=test` (measured once, seed 0).
Run:     raiox train recipes/teacher.py --imagenet mobilenetv1_100_tf_in1k.safetensors
"""

from raiox.lab.training.recipe import Augmentation, Loss, OneCycle, Recipe, Stage
from raiox.preprocessing import Preprocessing

RECIPE = Recipe(
    name="teacher",
    task="findings",
    network="mobilenet",
    init="imagenet",
    preprocessing=Preprocessing(side_px=160, fit="letterbox"),
    stages=(Stage(side_px=160, schedule=OneCycle(n_samples=30_000, learning_rate=6e-4)),),
    augmentation=Augmentation(
        rotation_deg=10,
        zoom=(0.87, 1.35),
        aspect=(0.8, 1.25),
        shift=0.06,
        flip=True,
        gamma=(0.65, 1.5),
        contrast=(0.75, 1.3),
        brightness=0.1,
        blur=0.3,
        patches=2,
        top_occlusion=0.1,
    ),
    loss=Loss(label_smoothing=0.05),
)
