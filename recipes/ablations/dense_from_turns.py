"""DenseNet after self-supervision.

Source:  `turns.py`.
Takes:   as `dense_scratch`, twice with what it starts from.
Run:     raiox compare recipes/ablations/dense_scratch.py recipes/ablations/dense_from_turns.py
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

DENSE_SCRATCH = load_recipe(Path(__file__).with_name("dense_scratch.py"))

RECIPE = DENSE_SCRATCH.model_copy(
    update={
        "name": "dense_from_turns",
        "init": "turns",
    }
)
