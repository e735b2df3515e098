"""The input is 128 px wide.

Source:  small opacities need pixels.
Takes:   twice and a half `mild`.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/wide.py
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

MILD = load_recipe(Path(__file__).with_name("mild.py"))

RECIPE = MILD.model_copy(
    update={
        "name": "wide",
        "preprocessing": MILD.preprocessing.model_copy(update={"side_px": 128}),
        "stages": (MILD.stages[0].model_copy(update={"side_px": 128}),),
    }
)
