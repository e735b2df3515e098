"""Letters, stickers and margins are pasted at random.

Source:  Zech et al., 2018: laterality tokens give the hospital away.
Takes:   as `mild`.
Run:     raiox compare recipes/ablations/mild.py recipes/ablations/artefacts.py
"""

from pathlib import Path

from raiox.lab.training.recipe import load_recipe

MILD = load_recipe(Path(__file__).with_name("mild.py"))

RECIPE = MILD.model_copy(
    update={
        "name": "artefacts",
        "augmentation": MILD.augmentation.model_copy(
            update={"markers": 2, "patches": 2, "borders": 0.3, "top_occlusion": 0.1}
        ),
    }
)
