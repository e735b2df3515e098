"""The fast classifier's last course: it learns to read inside the lungs, with maps twice as fine.

Source:  `raiox_fast_onward.py`, from which it goes on; regions: Ross et al., 2017,
         arXiv:1703.03717. What they bought is told by docs/evidence/regions.md.
Takes:   12,000 images at 160 px: 25 minutes of one processor core, without bf16.
Run:     raiox train recipes/raiox_fast_framed.py     (after raiox_fast_onward)
"""

from pathlib import Path

from raiox.training.recipe import OneCycle, Stage, load_recipe

ONWARD = load_recipe(Path(__file__).resolve().parent / "raiox_fast_onward.py")

RECIPE = ONWARD.model_copy(
    update={
        "name": "raiox_fast_framed",
        "clean_statistics": 4_000,
        "init": "raiox_fast_onward",
        "map_stride": 16,
        "regions": 0.5,
        "augmentation": ONWARD.augmentation.model_copy(update={"untouched": 0.25}),
        "stages": (
            Stage(
                side_px=160,
                course=OneCycle(n_samples=12_000, learning_rate=4e-4),
                samples_per_epoch=2_000,
                average=0.995,
            ),
        ),
    }
)
