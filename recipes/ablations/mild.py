"""Where the ablations start: MobileNet v1 from ImageNet, mildly augmented, at 80 px.

Source:  the paper's own augmentation but its crops, occlusions and brightness.
Takes:   8,000 images at 80 px: 2 minutes of one processor core, without bf16.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/*.py --leave-out siim ...
"""

from raiox.lab.training.recipe import Augmentation, Loss, OneCycle, Recipe, Stage
from raiox.preprocessing import Preprocessing

RECIPE = Recipe(
    name="mild",
    task="findings",
    network="mobilenet",
    init="imagenet",
    preprocessing=Preprocessing(side_px=80, fit="letterbox"),
    stages=(Stage(side_px=80, schedule=OneCycle(n_samples=8_000, learning_rate=6e-4)),),
    augmentation=Augmentation(rotation_deg=5, zoom=(0.95, 1.1), flip=True),
    loss=Loss(label_smoothing=0.05),
)
