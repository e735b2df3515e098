"""The paper's recipes for a machine without a GPU: smaller images, short epochs, higher learning rates.

    paper_filter_small    64 px, at most 9 epochs, all else as in `filter.py`
    paper_feature_hints   96, then 160 px, 21,000 images: features of the ImageNet MobileNet, since
                          ImageNet's DenseNet weights may not be at hand. It reads no label; it
                          sees images of the authors' test split
    paper_stage1_small    160 px, a third of the images per epoch; starts from `paper_feature_hints`
    paper_stage2_small    160 px, a tenth of the images per epoch, thirty times the learning rate

Source:  `filter.py`, `stage1.py`, `stage2.py`.
Takes:   without bf16: the filter 3 minutes on one processor core, the hints 35 and stage 1 20 on two that
         other work shared, stage 2 15 per seed on one.
Expects: docs/evidence/paper_filter_small/repeats.md and docs/evidence/paper_stage2_small/repeats.md, beside
         the paper's own figures.
Run:     raiox repeat recipes/paper/small.py:paper_filter_small --seeds 10 --imagenet mobilenetv1.safetensors
         raiox train recipes/paper/small.py:paper_feature_hints --imagenet mobilenetv1.safetensors
         raiox train recipes/paper/small.py:paper_stage1_small
         raiox repeat recipes/paper/small.py:paper_stage2_small --seeds 5
"""

from pathlib import Path

from raiox.lab.training.recipe import OneCycle, Recipe, Stage
from raiox.lab.training.recipe_files import load_recipe

HERE = Path(__file__).resolve().parent
FULL = {stage: load_recipe(HERE / f"{stage}.py") for stage in ("filter", "stage1", "stage2")}


def small(full: Recipe, side_px: int, samples_per_epoch: int, **schedule: float) -> Recipe:
    """A recipe at a smaller size, with another number of images per epoch and another schedule."""
    (stage,) = full.stages
    return full.replace(
        name=f"{full.name}_small",
        preprocessing=full.preprocessing.model_copy(update={"side_px": side_px}),
        stages=(
            stage.replace(
                side_px=side_px,
                samples_per_epoch=samples_per_epoch,
                schedule=stage.schedule.replace(**schedule),
            ),
        ),
    )


FILTER = small(FULL["filter"], 64, 640, max_epochs=9)
STAGE1 = small(FULL["stage1"], 160, 3_200, learning_rate=5e-4, max_epochs=3, stop_after=3)
STAGE2 = small(FULL["stage2"], 160, 1_600, learning_rate=3e-4, max_epochs=3, stop_after=3)
FEATURE_HINTS = load_recipe(HERE.parent / "ablations.py:feature_hints").replace(
    name="paper_feature_hints",
    preprocessing=STAGE1.preprocessing,
    stages=(
        Stage(side_px=96, schedule=OneCycle(n_samples=16_000, learning_rate=2e-3)),
        Stage(side_px=160, schedule=OneCycle(n_samples=5_000, learning_rate=8e-4)),
    ),
)

RECIPES = {
    recipe.name: recipe
    for recipe in (
        FILTER,
        FEATURE_HINTS,
        STAGE1.replace(init="paper_feature_hints"),
        STAGE2.replace(init="paper_stage1_small"),
    )
}
