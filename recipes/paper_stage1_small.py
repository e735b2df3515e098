"""`paper_stage1` for a machine without a GPU: 96 px, short epochs, our own start.

Source:  `paper_stage1.py`; it starts from `raiox_pretrain`, since ImageNet's DenseNet weights
         may not be at hand. That run read no label; it saw images of the authors' test part.
Takes:   25,600 images at 96 px: 12 minutes of two processor cores without bf16.
Run:     raiox train recipes/paper_stage1_small.py     (after raiox_pretrain)
"""

from pathlib import Path

from raiox.training.recipe import load_recipe

FULL = load_recipe(Path(__file__).with_name("paper_stage1.py"))
STAGE = FULL.stages[0]

RECIPE = FULL.model_copy(
    update={
        "name": "paper_stage1_small",
        "init": "raiox_pretrain",
        "preprocessing": FULL.preprocessing.model_copy(update={"side_px": 96}),
        "stages": (
            STAGE.model_copy(
                update={
                    "side_px": 96,
                    "samples_per_epoch": 3_200,
                    "course": STAGE.course.model_copy(
                        update={"learning_rate": 5e-4, "max_epochs": 8, "stop_after": 3}
                    ),
                }
            ),
        ),
    }
)
