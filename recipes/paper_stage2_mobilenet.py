"""The paper's second stage on MobileNet v1: the protocol, weights and losses of `paper_stage2`.

Source:  `paper_stage2.py`, but for network, size and length.
Takes:   9,600 images at 80 px a seed: 2 minutes of one processor core, without bf16.
Expects: docs/evidence/paper_stage2_mobilenet/repeats.md, beside the paper's Tables 4 and 5.
Run:     raiox repeat recipes/paper_stage2_mobilenet.py --seeds 5   (after paper_stage1_mobilenet)
"""

from pathlib import Path

from raiox.training.recipe import load_recipe

FULL = load_recipe(Path(__file__).with_name("paper_stage2.py"))
FIRST = load_recipe(Path(__file__).with_name("paper_stage1_mobilenet.py"))
STAGE = FULL.stages[0]

RECIPE = FULL.model_copy(
    update={
        "name": "paper_stage2_mobilenet",
        "network": "mobilenet",
        "clean_statistics": 2_048,
        "init": "paper_stage1_mobilenet",
        "preprocessing": FIRST.preprocessing,
        "stages": (
            STAGE.model_copy(
                update={
                    "side_px": 80,
                    "samples_per_epoch": 2_400,
                    "course": STAGE.course.model_copy(
                        update={"learning_rate": 3e-4, "max_epochs": 4, "stop_after": 3}
                    ),
                }
            ),
        ),
    }
)
