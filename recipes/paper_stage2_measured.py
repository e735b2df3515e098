"""`paper_stage2_small`, then the norms are measured on clean training films.

Source:  `paper_stage2.py`; Touvron et al., 2019, arXiv:1906.06423. Half of the paper's training
         films have a black top, which no film that it is asked about has: what the norms learned of
         them is not what they meet.
Takes:   as `paper_stage2_small`, and a minute more a seed.
Expects: docs/evidence/paper_stage2_measured/repeats.md, beside the paper's Tables 4 and 5.
Run:     raiox repeat recipes/paper_stage2_measured.py --seeds 5     (after paper_stage1_small)
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

SMALL = load_recipe(Path(__file__).with_name("paper_stage2_small.py"))

RECIPE = SMALL.model_copy(update={"name": "paper_stage2_measured", "n_batchnorm_images": 2_048})
