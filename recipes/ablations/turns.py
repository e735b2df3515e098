"""Self-supervision: DenseNet learns by how much a film is turned; no label is read.

Source:  Gidaris et al., 2018, arXiv:1803.07728.
Takes:   as `dense_scratch`.
Run:     raiox compare recipes/ablations/dense_scratch.py recipes/ablations/turns.py
"""

from pathlib import Path

from raiox.lab.training.recipe import Sampling, load_recipe

DENSE_SCRATCH = load_recipe(Path(__file__).with_name("dense_scratch.py"))

RECIPE = DENSE_SCRATCH.model_copy(
    update={
        "name": "turns",
        "task": "frontal_filter",
        "learning": Sampling(labels=("frontal", "rotated_90", "rotated_180", "rotated_270")),
        "augmentation": DENSE_SCRATCH.augmentation.model_copy(update={"flip": True}),
    }
)
