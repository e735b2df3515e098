"""`paper_stage2` for a machine without a GPU: 96 px, short epochs, ten times the rate.

Source:  `paper_stage2.py`; a fifth of a pass an epoch and a rate of 1e-4 let it end in minutes.
Takes:   19,200 images at 96 px: 9 minutes of two processor cores without bf16.
Expects: docs/evidence/repeats-paper_stage2_small.md, beside the paper's Tables 4 and 5.
Run:     raiox repeat recipes/paper_stage2_small.py --seeds 5     (after paper_stage1_small)
"""

from pathlib import Path

from raiox.training.recipe import load_recipe

FULL = load_recipe(Path(__file__).with_name("paper_stage2.py"))
STAGE = FULL.stages[0]

RECIPE = FULL.model_copy(
    update={
        "name": "paper_stage2_small",
        "init": "paper_stage1_small",
        "preprocessing": FULL.preprocessing.model_copy(update={"side_px": 96}),
        "stages": (
            STAGE.model_copy(
                update={
                    "side_px": 96,
                    "samples_per_epoch": 3_200,
                    "course": STAGE.course.model_copy(
                        update={"learning_rate": 1e-4, "max_epochs": 6, "stop_after": 3}
                    ),
                }
            ),
        ),
    }
)
