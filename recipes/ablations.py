"""Ablations: each changes one thing of another recipe, small enough to repeat on one processor core.

    raiox ablate recipes/ablations.py:baseline recipes/ablations.py:intensity --leave-out siim

Small classifiers (80 px, 8,000 images, 2 minutes; docs/evidence/ablations.md, unseen-sources.md)
    baseline             MobileNet v1 from ImageNet with the paper's augmentation except its crops, occlusions
                         and brightness
    stretch              both sides stretched to the square (the paper, section 4.2), not letterboxed
    artefacts            random letters, stickers and margins (Zech et al., 2018)
    intensity            random gamma, contrast and brightness (DeGrave et al., 2021)
    balanced_datasets    labels balanced within every data set, so that none identifies a label
    all_augmentations    all that `mobilenet.py` does against shortcuts in its first stage
    bn_recalibrated, all_augmentations_bn_recalibrated
                         batch norms re-estimated on unaugmented images (Touvron et al., 2019)

Maps (112 px, 6,000 images, 4 minutes; docs/evidence/grain.md)
    fine_maps            as `baseline` with maps of 7 x 7 (Chen et al., 2018)
    blur_jpeg            resolution, compression and intensity vary widely
    region_loss          evidence inside the lungs or an annotated box (Ross et al., 2017)

Starts of a DenseNet (80 px, 3,200 images, 5 minutes; docs/evidence/starts.md)
    dense_scratch        from random weights (the paper, section 2.2)
    dense_distilled      from random weights, with `baseline` as teacher (Hinton et al., 2015)
    dense_from_opacity_pretext    after `opacity_pretext`: the paper's first stage
    dense_from_rotation_pretext   after `rotation_pretext`: self-supervision by rotation (Gidaris, 2018)
    dense_from_feature_hints      after `feature_hints`: features of the ImageNet MobileNet, no label read
                                  (Romero et al., 2015)

Others
    wise_ft, no_wise_ft  the second stage of `mobilenet.py` with and without WiSE-FT (docs/evidence/keep.md)
    filter_small         `frontal_filter.py` at 96 px with 5,000 images, for data sets that trained nothing
                         (docs/evidence/filter-unseen-sources.md)

Reports of earlier runs use earlier names: mild (baseline), tones (intensity), even_labels
(balanced_datasets), together (all_augmentations), measured (bn_recalibrated), fine (fine_maps), grain
(blur_jpeg), regions (region_loss), hints, turns, opacities (the pretexts), dense_taught (dense_distilled),
keep_nothing (no_wise_ft), raiox_fast_longer (wise_ft); raiox_tutor (teacher.py), raiox_fast,
raiox_fast_onward and raiox_fast_framed (mobilenet.py, stages 0, 2 and 3), raiox_groundwork,
raiox_classifier and raiox_classifier_framed (densenet.py, stages 1, 3 and 4), raiox_filter
(frontal_filter.py).
"""

from pathlib import Path
from typing import Any

from raiox.lab.training.recipe import (
    Augmentation,
    Distillation,
    Loss,
    OneCycle,
    Recipe,
    Sampling,
    Stage,
)
from raiox.lab.training.recipe_files import load_recipe
from raiox.preprocessing import Preprocessing

HERE = Path(__file__).resolve().parent
MOBILENET, FILTER = (load_recipe(HERE / f"{name}.py") for name in ("mobilenet", "frontal_filter"))
FIRST_STAGE = MOBILENET.at_stage(0)

BASELINE = Recipe(
    name="baseline",
    task="findings",
    network="mobilenet",
    init="imagenet",
    preprocessing=Preprocessing(side_px=80, fit="letterbox"),
    stages=(Stage(side_px=80, schedule=OneCycle(n_samples=8_000, learning_rate=6e-4)),),
    augmentation=Augmentation(rotation_deg=5, zoom=(0.95, 1.1), flip=True),
    loss=Loss(label_smoothing=0.05),
)
ALL_AUGMENTATIONS = BASELINE.replace(
    name="all_augmentations",
    augmentation=FIRST_STAGE.augmentation,
    style_mixing=FIRST_STAGE.style_mixing,
    stages=(BASELINE.stages[0].replace(average=0.99),),
)
FINE_MAPS = BASELINE.replace(
    name="fine_maps",
    n_batchnorm_images=2_048,
    map_stride=16,
    preprocessing=Preprocessing(side_px=112, fit="letterbox"),
    stages=(Stage(side_px=112, schedule=OneCycle(n_samples=6_000, learning_rate=6e-4)),),
)
DENSE_SCRATCH = BASELINE.replace(
    name="dense_scratch",
    network="densenet",
    n_head_channels=256,
    init="scratch",
    stages=(Stage(side_px=80, schedule=OneCycle(n_samples=3_200, learning_rate=2e-3)),),
)
WISE_FT = MOBILENET.at_stage(1).replace(name="wise_ft", init="mobilenet/stage-0")

OVERRIDES: tuple[tuple[Recipe, dict[str, dict[str, Any]]], ...] = (
    (
        BASELINE,
        {
            "stretch": {"preprocessing": Preprocessing(side_px=80, fit="stretch")},
            "artefacts": {
                "augmentation": BASELINE.augmentation.replace(
                    markers=2, patches=2, borders=0.3, top_occlusion=0.1
                )
            },
            "intensity": {
                "augmentation": BASELINE.augmentation.replace(
                    gamma=(0.65, 1.5), contrast=(0.75, 1.3), brightness=0.1
                )
            },
            "balanced_datasets": {"sampling": Sampling(balance="datasets")},
            "bn_recalibrated": {"n_batchnorm_images": 2_048},
        },
    ),
    (ALL_AUGMENTATIONS, {"all_augmentations_bn_recalibrated": {"n_batchnorm_images": 2_048}}),
    (
        FINE_MAPS,
        {
            "blur_jpeg": {
                "augmentation": FINE_MAPS.augmentation.replace(
                    blur=0.6, jpeg=0.4, gamma=(0.65, 1.5), contrast=(0.75, 1.3), brightness=0.1
                )
            },
            "region_loss": {"region_loss": 0.3},
        },
    ),
    (
        DENSE_SCRATCH,
        {
            "dense_distilled": {
                "distillation": Distillation(teachers=("baseline",), hint_weight=2.0)
            },
            "feature_hints": {
                "task": "features",
                "distillation": Distillation(teachers=("imagenet",), logits_weight=0.0),
            },
            "rotation_pretext": {
                "task": "frontal_filter",
                "sampling": Sampling(
                    labels=("frontal", "rotated_90", "rotated_180", "rotated_270")
                ),
            },
            "opacity_pretext": {"task": "opacity"},
            "dense_from_feature_hints": {"init": "feature_hints"},
            "dense_from_rotation_pretext": {"init": "rotation_pretext"},
            "dense_from_opacity_pretext": {"init": "opacity_pretext"},
        },
    ),
    (WISE_FT, {"no_wise_ft": {"stages": (WISE_FT.stages[0].replace(wise_ft_alpha=0.0),)}}),
    (
        FILTER,
        {
            "filter_small": {
                "preprocessing": Preprocessing(side_px=96, fit="stretch"),
                "stages": (
                    Stage(side_px=96, schedule=OneCycle(n_samples=5_000, learning_rate=6e-4)),
                ),
            }
        },
    ),
)

RECIPES = {
    recipe.name: recipe
    for recipe in (BASELINE, ALL_AUGMENTATIONS, FINE_MAPS, DENSE_SCRATCH, WISE_FT)
} | {
    name: base.replace(name=name, **changes)
    for base, overrides in OVERRIDES
    for name, changes in overrides.items()
}
