"""As `together`, then the norms are measured on clean training films.

Source:  Touvron et al., 2019, arXiv:1906.06423; Wu and Johnson, 2021, arXiv:2105.07576.
Takes:   as `mild`, and seconds more.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/together_measured.py
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

TOGETHER = load_recipe(Path(__file__).with_name("together.py"))

RECIPE = TOGETHER.model_copy(update={"name": "together_measured", "n_batchnorm_images": 2_048})
