"""The classifier of `unseen.py` within the lungs, and without MobileNet's last stage.

`without_last` leaves out the last stage, whose features see the most of what surrounds the lungs; `attends`
averages within the lungs; `attends_without_last` does both.

Source:  Li et al., 2018, arXiv:1802.10171 (attention learned from masks); MobileNets (arXiv:1704.04861).
Takes:   12,000 images at 112 px: 10 to 20 minutes on one processor core without bf16.
Expects: docs/evidence/sources-left-out.md.
Run:     raiox train recipes/lung_attention.py:attends --imagenet mobilenetv1_100_tf_in1k.safetensors
         .venv-train/bin/python benchmarks/unseen.py runs/attends-seed0 $RAIOX_DATASETS
"""

import runpy
from pathlib import Path

from raiox.lab.training.recipe import Recipe

UNSEEN: Recipe = runpy.run_path(str(Path(__file__).with_name("unseen.py")))["RECIPE"]
RECIPES = {
    "attends": UNSEEN.replace(name="attends", map_stride=16, attends_to_lungs=True),
    "without_last": UNSEEN.replace(name="without_last", trunk_stages=4),
    "attends_without_last": UNSEEN.replace(
        name="attends_without_last", trunk_stages=4, attends_to_lungs=True
    ),
}
