"""DenseNet learns to show what the ImageNet MobileNet shows; no label is read.

Source:  Romero et al., 2015, arXiv:1412.6550.
Takes:   as `dense_scratch`.
Run:     raiox compare recipes/ablations/dense_scratch.py recipes/ablations/hints.py
"""

from pathlib import Path

from raiox.lab.training.recipe import Distillation, load_recipe

DENSE_SCRATCH = load_recipe(Path(__file__).with_name("dense_scratch.py"))

RECIPE = DENSE_SCRATCH.model_copy(
    update={
        "name": "hints",
        "task": "features",
        "distillation": Distillation(teachers=("imagenet",), answers=0.0),
    }
)
