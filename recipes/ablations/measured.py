"""As `mild`, then the norms are measured on clean training films.

Source:  Touvron et al., 2019, arXiv:1906.06423; Wu and Johnson, 2021, arXiv:2105.07576.
Takes:   as `mild`, and seconds more.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/measured.py --leave-out siim ...
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

MILD = load_recipe(Path(__file__).with_name("mild.py"))

RECIPE = MILD.model_copy(update={"name": "measured", "n_batchnorm_images": 2_048})
