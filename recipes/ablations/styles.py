"""The styles of early features are mixed between images, at 112 px.

Source:  Zhou et al., 2021, arXiv:2104.02008.
Takes:   as `fine`.
Run:     raiox compare recipes/ablations/fine.py recipes/ablations/styles.py --leave-out siim
"""

from pathlib import Path

from raiox.training.recipe import load_recipe

FINE = load_recipe(Path(__file__).with_name("fine.py"))

RECIPE = FINE.model_copy(update={"name": "styles", "style_mixing": 0.5})
