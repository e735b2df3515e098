"""Every image is as likely as any other.

Source:  no balance of labels or sources at all.
Takes:   as `mild`.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/natural_draws.py
"""

from pathlib import Path

from raiox.lab.training.recipe import Sampling, load_recipe

MILD = load_recipe(Path(__file__).with_name("mild.py"))

RECIPE = MILD.model_copy(
    update={
        "name": "natural_draws",
        "learning": Sampling(draws="passes"),
    }
)
