"""DenseNet from random weights: what the other starts are compared with.

Source:  the paper, section 2.2.
Takes:   3,200 images at 80 px: 5 minutes of one processor core, without bf16.
Run:     raiox compare recipes/ablations/dense_scratch.py recipes/ablations/dense_*.py
"""

from raiox.lab.training.recipe import Augmentation, Loss, OneCycle, Recipe, Stage
from raiox.preprocessing import Preprocessing

RECIPE = Recipe(
    name="dense_scratch",
    task="findings",
    network="densenet",
    n_head_channels=256,
    preprocessing=Preprocessing(side_px=80, fit="letterbox"),
    stages=(Stage(side_px=80, schedule=OneCycle(n_samples=3_200, learning_rate=2e-3)),),
    augmentation=Augmentation(rotation_deg=5, zoom=(0.95, 1.1), flip=True),
    loss=Loss(label_smoothing=0.05),
)
