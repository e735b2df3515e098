"""What a DenseNet starts from where ImageNet's DenseNet weights are not at hand.

It learns, without any label, to show what the ImageNet MobileNet shows: its features
at strides 4, 8 and 16 and its pooled ones, on every training image of every kind,
natural ones too.

Source:  hints, Romero et al., 2015, arXiv:1412.6550; ImageNet weights of MobileNet v1.
Takes:   24,000 images at 112 px: 14 minutes of two processor cores without bf16.
Expects: docs/evidence/starts.md; in small, after 3,200 images, it is worth no more than random weights.
Run:     raiox train recipes/raiox_pretrain.py --imagenet mobilenetv1_100_tf_in1k.safetensors
"""

from raiox.lab.training.recipe import Augmentation, Distillation, OneCycle, Recipe, Sampling, Stage
from raiox.preprocessing import Preprocessing

RECIPE = Recipe(
    name="raiox_pretrain",
    task="features",
    network="densenet",
    n_head_channels=256,
    preprocessing=Preprocessing(side_px=160, fit="letterbox"),
    sampling=Sampling(label_weights={"frontal": 6.0, "natural": 3.0, "other_medical": 2.0}),
    stages=(Stage(side_px=112, schedule=OneCycle(n_samples=24_000, learning_rate=2e-3)),),
    augmentation=Augmentation(
        rotation_deg=10,
        zoom=(0.8, 1.6),
        aspect=(0.8, 1.25),
        shift=0.05,
        flip=True,
        gamma=(0.7, 1.4),
        contrast=(0.75, 1.3),
        brightness=0.08,
    ),
    distillation=Distillation(teachers=("imagenet",), answers=0.0, hints=1.0),
)
