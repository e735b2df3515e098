"""The paper's first stage on a network that ImageNet's weights are at hand for: MobileNet v1.

Source:  `paper_stage1.py`, but for network, start and size; it tells how much of the distance to
         the paper is the start's. Pixels are scaled as the ImageNet weights expect them.
Takes:   9,600 images at 80 px: 2 minutes of one processor core, without bf16.
Run:     raiox train recipes/paper_stage1_mobilenet.py --imagenet mobilenetv1_100_tf_in1k.safetensors
"""

from pathlib import Path

from raiox.training.recipe import load_recipe

FULL = load_recipe(Path(__file__).with_name("paper_stage1.py"))
STAGE = FULL.stages[0]

RECIPE = FULL.model_copy(
    update={
        "name": "paper_stage1_mobilenet",
        "network": "mobilenet",
        "init": "imagenet",
        "preprocessing": FULL.preprocessing.model_copy(
            update={"side_px": 80, "mean": 0.5, "std": 0.5}
        ),
        "stages": (
            STAGE.model_copy(
                update={
                    "side_px": 80,
                    "samples_per_epoch": 2_400,
                    "course": STAGE.course.model_copy(
                        update={"learning_rate": 5e-4, "max_epochs": 4, "stop_after": 3}
                    ),
                }
            ),
        ),
    }
)
