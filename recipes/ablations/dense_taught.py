"""DenseNet from random weights, taught by a fine-tuned MobileNet while it learns.

Source:  Hinton et al., 2015, arXiv:1503.02531; the teacher is `mild`.
Takes:   as `dense_scratch`.
Run:     raiox compare recipes/ablations/dense_scratch.py recipes/ablations/dense_taught.py
"""

from pathlib import Path

from raiox.lab.training.recipe import Distillation, load_recipe

DENSE_SCRATCH = load_recipe(Path(__file__).with_name("dense_scratch.py"))

RECIPE = DENSE_SCRATCH.model_copy(
    update={
        "name": "dense_taught",
        "distillation": Distillation(teachers=("mild",), hints=2.0),
    }
)
