"""`raiox_filter` in small, to be asked about sources that trained nothing.

Source:  `raiox_filter.py`. Each fold leaves a third of the sources out, of every kind some:
           siim+kermany+hand_medmnist64+food_shyam+mri_brain+mednist_chestct
           nih+cohen+figure1+knee_oai+natural_imagenet+us_breast+ct_covidct
           rsna+radiography+dental_mlua+doc_sroie+blood_bccd+ct_ieee8023
             +mednist_abdomenct+mednist_breastmri+lateral_ieee8023
Takes:   5,000 images at 96 px: 3 minutes of one processor core, without bf16.
Expects: docs/evidence/filter-unseen-sources.md
Run:     raiox compare recipes/ablations/filter_small.py --leave-out siim+kermany+...
"""

from pathlib import Path

from raiox.lab.training.recipe import OneCycle, load_recipe

FILTER = load_recipe(Path(__file__).resolve().parent.parent / "raiox_filter.py")
STAGE = FILTER.stages[0]

RECIPE = FILTER.model_copy(
    update={
        "name": "filter_small",
        "preprocessing": FILTER.preprocessing.model_copy(update={"side_px": 96}),
        "stages": (
            STAGE.model_copy(
                update={
                    "side_px": 96,
                    "course": OneCycle(n_samples=5_000, learning_rate=6e-4),
                }
            ),
        ),
    }
)
