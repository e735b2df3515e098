"""Where the ablations of maps start: as `mild`, at 112 px, with maps of seven by seven places.

Source:  Chen et al., 2018, arXiv:1706.05587: the last halving is left out.
Takes:   6,000 images at 112 px: 4 minutes of one processor core, without bf16.
Run:     raiox compare recipes/ablations/fine.py recipes/ablations/regions.py --leave-out siim ...
"""

from pathlib import Path

from raiox.lab.training.recipe import OneCycle, Stage, load_recipe
from raiox.preprocessing import Preprocessing

MILD = load_recipe(Path(__file__).with_name("mild.py"))

RECIPE = MILD.model_copy(
    update={
        "name": "fine",
        "n_batchnorm_images": 2_048,
        "map_stride": 16,
        "preprocessing": Preprocessing(side_px=112, fit="letterbox"),
        "stages": (Stage(side_px=112, schedule=OneCycle(n_samples=6_000, learning_rate=6e-4)),),
    }
)
