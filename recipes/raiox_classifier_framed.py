"""The classifier, on from its bundle: a better teacher, and evidence inside the lungs.

Source:  `raiox_classifier.py`, whose bundle it goes on from; `raiox_fast_onward.py` teaches;
         regions: Ross et al., 2017, arXiv:1703.03717.
Takes:   7,000 images at 144 px: 25 minutes of one processor core, without bf16.
Expects: macro AUC of 0.974 on `valid` (0.968 to 0.979; `raiox compare` on this recipe).
Run:     raiox train recipes/raiox_classifier_framed.py --bundle my-models/first_classifier
"""

from pathlib import Path

from raiox.lab.training.recipe import Distillation, OneCycle, Stage, load_recipe

HERE = Path(__file__).resolve().parent
FIRST, SISTER = (
    load_recipe(HERE / f"{name}.py") for name in ("raiox_classifier", "raiox_fast_framed")
)

RECIPE = FIRST.model_copy(
    update={
        "name": "raiox_classifier_framed",
        "n_batchnorm_images": SISTER.n_batchnorm_images,
        "init": "bundle",
        "regions": SISTER.region_loss,
        "augmentation": SISTER.augmentation,
        "style_mixing": SISTER.style_mixing,
        "distillation": Distillation(teachers=("raiox_fast_onward",), answers=2.0, hints=0.0),
        "stages": (
            Stage(
                side_px=144,
                schedule=OneCycle(n_samples=7_000, learning_rate=6e-4),
                samples_per_epoch=1_000,
                average=0.995,
            ),
        ),
    }
)
