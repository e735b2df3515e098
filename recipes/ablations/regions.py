"""A label is read inside the lungs, or inside the box a radiologist drew for it.

Source:  Ross et al., 2017, arXiv:1703.03717; Viviano et al., 2021, arXiv:1910.00199.
Takes:   as `fine`.
Run:     raiox compare recipes/ablations/fine.py recipes/ablations/regions.py
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

FINE = load_recipe(Path(__file__).with_name("fine.py"))

RECIPE = FINE.model_copy(update={"name": "regions", "regions": 0.3})
