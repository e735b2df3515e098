"""DenseNet after matching ImageNet's features, then taught as well.

Source:  both of the above.
Takes:   as `dense_scratch`.
Run:     raiox compare recipes/ablations/dense_scratch.py recipes/ablations/dense_from_hints_taught.py
"""

from pathlib import Path

from raiox.lab.training.recipe import Distillation, load_recipe

DENSE_SCRATCH = load_recipe(Path(__file__).with_name("dense_scratch.py"))

RECIPE = DENSE_SCRATCH.model_copy(
    update={
        "name": "dense_from_hints_taught",
        "init": "hints",
        "distillation": Distillation(teachers=("mild",), hints=2.0),
    }
)
