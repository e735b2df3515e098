"""`paper_stage1` for a machine without a GPU: 80 px, short epochs, our own start.

Source:  `paper_stage1.py`; it starts from `ablations/hints.py`, a short `raiox_pretrain`, since
         ImageNet's DenseNet weights may not be at hand. That run read no label; it saw images of
         the authors' test part.
Takes:   9,600 images at 80 px: 10 minutes of one processor core, without bf16.
Run:     raiox train recipes/paper_stage1_small.py     (after ablations/hints.py)
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

FULL = load_recipe(Path(__file__).with_name("paper_stage1.py"))
STAGE = FULL.stages[0]

RECIPE = FULL.model_copy(
    update={
        "name": "paper_stage1_small",
        "init": "hints",
        "preprocessing": FULL.preprocessing.model_copy(update={"side_px": 80}),
        "stages": (
            STAGE.model_copy(
                update={
                    "side_px": 80,
                    "samples_per_epoch": 1_920,
                    "course": STAGE.schedule.model_copy(
                        update={"learning_rate": 5e-4, "max_epochs": 5, "stop_after": 3}
                    ),
                }
            ),
        ),
    }
)
