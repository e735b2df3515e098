"""Zoom, aspect, shift and rotation vary widely.

Source:  how films are cropped tells the hospital.
Takes:   as `mild`.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/crops.py
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

MILD = load_recipe(Path(__file__).with_name("mild.py"))

RECIPE = MILD.model_copy(
    update={
        "name": "crops",
        "augmentation": MILD.augmentation.model_copy(
            update={
                "rotation_deg": 10,
                "zoom": (0.87, 1.35),
                "aspect": (0.8, 1.25),
                "shift": 0.06,
            }
        ),
    }
)
