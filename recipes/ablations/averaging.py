"""The weights kept are a moving average.

Source:  Polyak and Juditsky, 1992; costs nothing in serving.
Takes:   as `mild`.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/averaging.py
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

MILD = load_recipe(Path(__file__).with_name("mild.py"))

RECIPE = MILD.model_copy(
    update={
        "name": "averaging",
        "stages": (MILD.stages[0].model_copy(update={"average": 0.998}),),
    }
)
