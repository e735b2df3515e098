"""All that `raiox_fast` does against shortcuts, at once and in small.

Source:  `raiox_fast.py`.
Takes:   as `mild`.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/together.py
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

HERE = Path(__file__).resolve().parent
MILD, FAST = load_recipe(HERE / "mild.py"), load_recipe(HERE.parent / "raiox_fast.py")

RECIPE = MILD.model_copy(
    update={
        "name": "together",
        "augmentation": FAST.augmentation,
        "style_mixing": FAST.style_mixing,
        "stages": (MILD.stages[0].model_copy(update={"average": 0.99}),),
    }
)
