"""Short trainings on counterfactual radiographs, without SIIM, NIH and Shenzhen.

Each goes on from the run of `unseen.py`, which never saw the three either, and differs from `continued` in
what its name says: lungs hidden, surroundings exchanged, crops to the lungs, more mixed styles.

Source:  Chang et al., 2021, arXiv:2106.01127.
Takes:   3,200 images at 112 px: five minutes on one processor core without bf16.
Expects: docs/evidence/counterfactuals.md.
Run:     raiox train recipes/counterfactuals.py:continued
         .venv-train/bin/python benchmarks/counterfactuals.py $RAIOX_DATASETS runs/continued-seed0
"""

import runpy
from pathlib import Path

from raiox.lab.training.recipe import Counterfactuals, OneCycle, Recipe, Stage

UNSEEN: Recipe = runpy.run_path(str(Path(__file__).with_name("unseen.py")))["RECIPE"]
CONTINUED = UNSEEN.replace(
    name="continued",
    init="unseen",
    stages=(
        Stage(
            side_px=112,
            schedule=OneCycle(n_samples=3_200, learning_rate=4e-4),
            samples_per_epoch=640,
            epochs_per_validation=5,
            average=0.98,
        ),
    ),
)
ARMS = {
    "hidden": Counterfactuals(hidden_lungs=0.25),
    "exchanged": Counterfactuals(exchanged_surroundings=0.5),
    "hidden_exchanged": Counterfactuals(hidden_lungs=0.2, exchanged_surroundings=0.5),
    "hidden_exchanged_crops": Counterfactuals(
        hidden_lungs=0.2, exchanged_surroundings=0.5, lung_crops=0.4
    ),
}
RECIPES = {
    "continued": CONTINUED,
    **{name: CONTINUED.replace(name=name, counterfactuals=arm) for name, arm in ARMS.items()},
    "hidden_exchanged_crops_styles": CONTINUED.replace(
        name="hidden_exchanged_crops_styles",
        counterfactuals=ARMS["hidden_exchanged_crops"],
        style_mixing=0.8,
    ),
}
