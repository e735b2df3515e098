"""Resolution and JPEG quality vary.

Source:  each public collection was scaled and compressed its own way.
Takes:   as `mild`.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/quality.py
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

MILD = load_recipe(Path(__file__).with_name("mild.py"))

RECIPE = MILD.model_copy(
    update={
        "name": "quality",
        "augmentation": MILD.augmentation.model_copy(update={"blur": 0.3, "jpeg": 0.3}),
    }
)
