"""`paper_filter` for a machine without a GPU: 64 px and 9 epochs at most, all else the same.

Source:  `paper_filter.py`.
Takes:   5,760 images at 64 px: 3 minutes of one processor core, without bf16.
Expects: docs/evidence/paper_filter_small/repeats.md, beside the paper's 99.3 %.
Run:     raiox repeat recipes/paper_filter_small.py --seeds 10 --imagenet mobilenetv1.safetensors
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

FULL = load_recipe(Path(__file__).with_name("paper_filter.py"))
STAGE = FULL.stages[0]

RECIPE = FULL.model_copy(
    update={
        "name": "paper_filter_small",
        "preprocessing": FULL.preprocessing.model_copy(update={"side_px": 64}),
        "stages": (
            STAGE.model_copy(
                update={
                    "side_px": 64,
                    "course": STAGE.schedule.model_copy(update={"max_epochs": 9}),
                }
            ),
        ),
    }
)
