"""Inside every source, its labels come alike.

Source:  a source that holds two labels then tells nothing of either.
Takes:   as `mild`.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/even_labels.py
"""

from pathlib import Path

from raiox.lab.training.recipe import Sampling, load_recipe

MILD = load_recipe(Path(__file__).with_name("mild.py"))

RECIPE = MILD.model_copy(
    update={
        "name": "even_labels",
        "learning": Sampling(balance="sources"),
    }
)
