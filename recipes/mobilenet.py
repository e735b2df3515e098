"""The default classifier: MobileNet v1 from ImageNet, in four stages.

    0  Strong augmentation and MixStyle against shortcuts: random letters, stickers and margins, JPEG,
       intensity, resolution.
    1  Maps of twice the resolution (the last halving is dilated instead, arXiv:1706.05587), without
       MixStyle; half of the weights of stage 0 stay (WiSE-FT; docs/evidence/keep.md).
    2  Longer, on images closer to the originals; batch norms re-estimated.
    3  Finer maps again, varied resolution and compression, evidence inside the lungs or an annotated box
       (Ross et al., 2017; docs/evidence/grain.md); half of the weights of stage 2 stay.

Source:  MobileNets (arXiv:1704.04861); ImageNet weights in timm's layout, Apache-2.0; MixStyle
         (arXiv:2104.02008); WiSE-FT (arXiv:2109.01903); region loss (arXiv:1703.03717).
Takes:   120,000 images at 160 and 192 px: two hours on one processor core without bf16.
Expects: macro AUC of 0.990 on `valid` (0.987 to 0.993) after stage 3, 0.993 (0.990 to 0.995) after
         stage 2, 0.982 after stage 0, when each stage was a recipe of its own.
Run:     raiox train recipes/mobilenet.py --imagenet mobilenetv1_100_tf_in1k.safetensors

The shipped bundle was trained by these stages as four recipes. Its stage 1 started from an exported
bundle, in float16, and its maps of stage 2 had stride 32, as here.
"""

from raiox.lab.training.recipe import Augmentation, Loss, OneCycle, Recipe, Stage
from raiox.preprocessing import Preprocessing

STRONG = Augmentation(
    rotation_deg=7,
    zoom=(0.92, 1.2),
    aspect=(0.9, 1.11),
    shift=0.04,
    flip=True,
    gamma=(0.8, 1.25),
    contrast=(0.85, 1.2),
    brightness=0.05,
    blur=0.15,
    jpeg=0.15,
    borders=0.1,
    patches=1,
    markers=1,
)
MILD = Augmentation(
    rotation_deg=5,
    zoom=(0.94, 1.12),
    shift=0.02,
    flip=True,
    gamma=(0.85, 1.18),
    contrast=(0.9, 1.12),
    brightness=0.03,
    blur=0.05,
    jpeg=0.1,
    borders=0.05,
    markers=1,
)
VARIED_QUALITY = MILD.replace(
    p_clean=0.15,
    blur=0.5,
    jpeg=0.3,
    gamma=(0.7, 1.4),
    contrast=(0.8, 1.25),
    brightness=0.06,
)

RECIPE = Recipe(
    name="mobilenet",
    task="findings",
    network="mobilenet",
    init="imagenet",
    preprocessing=Preprocessing(side_px=192, fit="letterbox"),
    loss=Loss(label_smoothing=0.05),
    stages=(
        Stage(
            side_px=192,
            schedule=OneCycle(n_samples=48_000, learning_rate=6e-4),
            average=0.998,
            augmentation=STRONG,
            style_mixing=0.5,
        ),
        Stage(
            side_px=192,
            schedule=OneCycle(n_samples=12_000, learning_rate=3e-4),
            average=0.99,
            augmentation=STRONG,
            map_stride=16,
            wise_ft_alpha=0.5,
        ),
        Stage(
            side_px=160,
            schedule=OneCycle(n_samples=48_000, learning_rate=5e-4),
            average=0.997,
            augmentation=MILD,
            n_batchnorm_images=4_000,
        ),
        Stage(
            side_px=160,
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
    ),
)
