"""`paper_stage2` for a machine without a GPU: 80 px, short epochs, thirty times the rate.

Source:  `paper_stage2.py`; an eighth of a pass an epoch and a rate of 3e-4 let it end in minutes.
Takes:   5,760 images at 80 px: 7 minutes of one processor core, without bf16.
Expects: docs/evidence/paper_stage2_small/repeats.md, beside the paper's Tables 4 and 5.
Run:     raiox repeat recipes/paper_stage2_small.py --seeds 5     (after paper_stage1_small)
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

FULL = load_recipe(Path(__file__).with_name("paper_stage2.py"))
STAGE = FULL.stages[0]

RECIPE = FULL.model_copy(
    update={
        "name": "paper_stage2_small",
        "init": "paper_stage1_small",
        "preprocessing": FULL.preprocessing.model_copy(update={"side_px": 80}),
        "stages": (
            STAGE.model_copy(
                update={
                    "side_px": 80,
                    "samples_per_epoch": 1_920,
                    "course": STAGE.schedule.model_copy(
                        update={"learning_rate": 3e-4, "max_epochs": 3, "stop_after": 3}
                    ),
                }
            ),
        ),
    }
)
