"""Where the ablations start: MobileNet v1 from ImageNet, mildly augmented, at 128 px.

Source:  the paper's own augmentation but its crops, occlusions and brightness.
Takes:   12,000 images at 128 px: 3 minutes of two processor cores without bf16.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/*.py --leave-out siim ...
"""

from raiox.preprocessing import Preprocessing
from raiox.training.recipe import Augmentation, Loss, OneCycle, Recipe, Stage

RECIPE = Recipe(
    name="mild",
    task="findings",
    network="mobilenet",
    init="imagenet",
    preprocessing=Preprocessing(side_px=128, fit="letterbox"),
    stages=(Stage(side_px=128, course=OneCycle(n_samples=12_000, learning_rate=6e-4)),),
    augmentation=Augmentation(rotation_deg=5, zoom=(0.95, 1.1), flip=True),
    loss=Loss(label_smoothing=0.05),
)
