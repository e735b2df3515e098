"""The whole MobileNet v1 from ImageNet, in seven stages; `mobilenet_short.py`, the default, starts from it.

On radiographs as they are stored:
    0  Strong augmentation and MixStyle against shortcuts: random letters, stickers and margins, JPEG,
       intensity, resolution.
    1  Maps of twice the resolution (the last halving is dilated instead, arXiv:1706.05587), without
       MixStyle; half of the weights of stage 0 stay (WiSE-FT; docs/evidence/keep.md).
    2  Longer, on images closer to the originals; batch norms re-estimated.
    3  Finer maps again, varied resolution and compression, evidence inside the lungs or an annotated box
       (Ross et al., 2017; docs/evidence/grain.md); half of the weights of stage 2 stay.
With levels set, so that exposure is not seen (docs/evidence/tone.md):
    4  The first images with levels; three tenths of the weights of stage 3 stay.
    5  Longer, with every exposure that 8 bits can hold; two trainings, averaged (a soup, arXiv:2203.05482).
    6  Larger images; any variant of a radiograph is to give what stage 3 gave of the original. Three tenths
       of the weights of stage 4 stay.

Source:  MobileNets (arXiv:1704.04861); ImageNet weights in timm's layout, Apache-2.0; MixStyle
         (arXiv:2104.02008); WiSE-FT (arXiv:2109.01903); region loss (arXiv:1703.03717); distillation
         (arXiv:1503.02531).
Takes:   171,000 images at 144 to 192 px: three hours on one processor core without bf16.
Expects: docs/evidence/tone.md; macro AUC on `valid` of 0.982 after stage 0, 0.993 (0.990 to 0.995) after
         stage 2, 0.990 (0.987 to 0.993) after stage 3.
Run:     raiox train recipes/mobilenet.py --imagenet mobilenetv1_100_tf_in1k.safetensors

The bundle that the default classifier started from was trained by these stages as recipes of their own: one
for each of 0 to 4, whose networks saw whole pictures, margins included, and one for 5 and 6. Stages 1, 4
and 5 started from exported bundles, in float16, and stage 2 had maps of stride 32, as here. Stages 0 to 3
had not seen Shenzhen; for it, stage 6 had soft targets from the labels. Each training of stage 6 went on
from one of stage 5; they were averaged once.
"""

from raiox.lab.training.augment.presets import (
    ANY_EXPOSURE,
    LEVELS,
    MILD,
    VARIED_QUALITY,
    WITH_ARTEFACTS,
)
from raiox.lab.training.recipe import Loss, OneCycle, Recipe, Stage
from raiox.lab.training.teachers import Distillation
from raiox.preprocessing import Preprocessing

FROM_THE_ORIGINAL = Distillation(
    teachers=("mobilenet/stage-3",), sees="original", logits_weight=2.0, hint_weight=0.0
)

RECIPE = Recipe(
    name="mobilenet",
    task="findings",
    network="mobilenet",
    init="imagenet",
    preprocessing=Preprocessing(side_px=192, fit="letterbox", tone="levels"),
    loss=Loss(label_smoothing=0.05),
    stages=(
        Stage(
            side_px=192,
            tone="as_stored",
            schedule=OneCycle(n_samples=48_000, learning_rate=6e-4),
            average=0.998,
            augmentation=WITH_ARTEFACTS,
            style_mixing=0.5,
        ),
        Stage(
            side_px=192,
            tone="as_stored",
            schedule=OneCycle(n_samples=12_000, learning_rate=3e-4),
            average=0.99,
            augmentation=WITH_ARTEFACTS,
            map_stride=16,
            wise_ft_alpha=0.5,
        ),
        Stage(
            side_px=160,
            tone="as_stored",
            schedule=OneCycle(n_samples=48_000, learning_rate=5e-4),
            average=0.997,
            augmentation=MILD,
            n_batchnorm_images=4_000,
        ),
        Stage(
            side_px=160,
            tone="as_stored",
            schedule=OneCycle(n_samples=12_000, learning_rate=4e-4),
            samples_per_epoch=2_000,
            average=0.995,
            augmentation=VARIED_QUALITY,
            style_mixing=0.3,
            region_loss=0.3,
            map_stride=16,
            wise_ft_alpha=0.5,
            n_batchnorm_images=4_000,
        ),
        Stage(
            side_px=144,
            schedule=OneCycle(n_samples=10_400, learning_rate=3e-4),
            samples_per_epoch=1_300,
            epochs_per_validation=8,
            average=0.99,
            augmentation=LEVELS,
            style_mixing=0.3,
            region_loss=0.3,
            map_stride=16,
            wise_ft_alpha=0.3,
            n_batchnorm_images=4_000,
        ),
        Stage(
            side_px=144,
            schedule=OneCycle(n_samples=13_500, learning_rate=4e-4),
            samples_per_epoch=1_500,
            epochs_per_validation=3,
            average=0.99,
            soup=2,
            augmentation=ANY_EXPOSURE,
            style_mixing=0.3,
            region_loss=0.3,
        ),
        Stage(
            side_px=160,
            schedule=OneCycle(n_samples=7_000, learning_rate=3e-4),
            samples_per_epoch=1_000,
            epochs_per_validation=4,
            average=0.99,
            soup=2,
            augmentation=ANY_EXPOSURE,
            style_mixing=0.3,
            region_loss=0.3,
            distillation=FROM_THE_ORIGINAL,
            map_stride=16,
            wise_ft_alpha=0.3,
            wise_ft_start=4,
            n_batchnorm_images=4_000,
        ),
    ),
)
