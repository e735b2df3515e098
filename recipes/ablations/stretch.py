"""Both sides stretched to the square, as the paper has it, instead of letterboxed.

Source:  the paper, section 4.2.
Takes:   as `mild`.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/stretch.py
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

MILD = load_recipe(Path(__file__).with_name("mild.py"))

RECIPE = MILD.model_copy(
    update={
        "name": "stretch",
        "preprocessing": MILD.preprocessing.model_copy(update={"fit": "stretch"}),
    }
)
