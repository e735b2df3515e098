"""Styles of early features mix between images.

Source:  MixStyle, arXiv:2104.02008.
Takes:   as `mild`.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/mixing.py
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

MILD = load_recipe(Path(__file__).with_name("mild.py"))

RECIPE = MILD.model_copy(
    update={
        "name": "mixing",
        "style_mixing": 0.5,
    }
)
