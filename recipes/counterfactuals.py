"""Short trainings on counterfactual radiographs, without SIIM, NIH and Shenzhen.

`plain` is `unseen.py`, shorter and at a smaller size; `continued` goes on from it. The others differ from
these two in what their names say: lungs hidden, surroundings exchanged, crops to the lungs.

Source:  Chang et al., 2021, arXiv:2106.01127.
Takes:   6,400 images at 80 px, then 3,200: four minutes on one processor core without bf16.
Expects: docs/evidence/counterfactuals.md.
Run:     raiox train recipes/counterfactuals.py:plain --imagenet mobilenetv1_100_tf_in1k.safetensors
         .venv-train/bin/python benchmarks/counterfactuals.py $RAIOX_DATASETS runs/plain-seed0
"""

import runpy
from pathlib import Path

from raiox.lab.training.image_synthesis import Counterfactuals
from raiox.lab.training.recipe import OneCycle, Recipe, Stage
from raiox.preprocessing import Preprocessing

UNSEEN: Recipe = runpy.run_path(str(Path(__file__).with_name("unseen.py")))["RECIPE"]
PLAIN = UNSEEN.replace(
    name="plain",
    preprocessing=Preprocessing(side_px=80, fit="letterbox", tone="levels"),
    stages=(
        Stage(
            side_px=80,
            schedule=OneCycle(n_samples=6_400, learning_rate=6e-4),
            samples_per_epoch=800,
            epochs_per_validation=8,
            average=0.98,
        ),
    ),
)
CONTINUED = PLAIN.replace(
    name="continued",
    init="plain",
    stages=(
        PLAIN.stages[0].replace(
            schedule=OneCycle(n_samples=3_200, learning_rate=4e-4), epochs_per_validation=4
        ),
    ),
)
ALTERED = {
    "hidden": Counterfactuals(hidden_lungs=0.25),
    "exchanged": Counterfactuals(exchanged_surroundings=0.5),
    "hidden_exchanged_crops": Counterfactuals(
        hidden_lungs=0.2, exchanged_surroundings=0.5, lung_crops=0.4
    ),
}
RECIPES = {
    start.name + suffix: start.replace(name=start.name + suffix, counterfactuals=altered)
    for start in (PLAIN, CONTINUED)
    for suffix, altered in {
        "": Counterfactuals(),
        **{f"_{name}": altered for name, altered in ALTERED.items()},
    }.items()
}
