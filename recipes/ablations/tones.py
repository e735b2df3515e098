"""Tone curves, contrast and brightness vary.

Source:  exposure tells the hospital; DeGrave et al., 2021.
Takes:   as `mild`.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/tones.py
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

MILD = load_recipe(Path(__file__).with_name("mild.py"))

RECIPE = MILD.model_copy(
    update={
        "name": "tones",
        "augmentation": MILD.augmentation.model_copy(
            update={"gamma": (0.65, 1.5), "contrast": (0.75, 1.3), "brightness": 0.1}
        ),
    }
)
