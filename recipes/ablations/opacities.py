"""Supervised pre-training: DenseNet learns the paper's first stage, No Finding or an opacity.

Source:  the paper, section 2.2.
Takes:   as `dense_scratch`.
Run:     raiox compare recipes/ablations/dense_scratch.py recipes/ablations/opacities.py
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

DENSE_SCRATCH = load_recipe(Path(__file__).with_name("dense_scratch.py"))

RECIPE = DENSE_SCRATCH.model_copy(
    update={
        "name": "opacities",
        "task": "opacity",
    }
)
