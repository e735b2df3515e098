"""`raiox_fast_longer` without a share of the weights it started from.

Source:  `raiox_fast_longer.py`.
Takes:   as that.
Run:     raiox compare recipes/ablations/keep_nothing.py recipes/raiox_fast_longer.py --bundle ...
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

LONGER = load_recipe(Path(__file__).resolve().parent.parent / "raiox_fast_longer.py")

RECIPE = LONGER.model_copy(update={"name": "keep_nothing", "wise_ft_alpha": 0.0})
