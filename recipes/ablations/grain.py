"""Resolution, compression and tones vary widely.

Source:  what tells a collection apart before any anatomy: its scanner's and its export's grain.
Takes:   as `fine`.
Run:     raiox compare recipes/ablations/fine.py recipes/ablations/grain.py --leave-out siim
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

FINE = load_recipe(Path(__file__).with_name("fine.py"))

RECIPE = FINE.model_copy(
    update={
        "name": "grain",
        "augmentation": FINE.augmentation.model_copy(
            update={
                "blur": 0.6,
                "jpeg": 0.4,
                "gamma": (0.65, 1.5),
                "contrast": (0.75, 1.3),
                "brightness": 0.1,
            }
        ),
    }
)
