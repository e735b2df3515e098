"""The paper's classifier: the first three dense blocks of DenseNet-121, distilled, in five stages.

    0, 1  From random weights, from the labels and from `teacher`: its logits and its features. No ImageNet
          weights of DenseNet are needed, because the teacher started from ImageNet's.
    2, 3  From `mobilenet` as it was after its stage 0, with MixStyle and averaged weights.
    4     From `mobilenet` as it was after its stage 2, by its logits alone; evidence inside the lungs or an
          annotated box; batch norms re-estimated.

Source:  the paper, section 2.2 and Figure 2; distillation: Romero et al., 2015, arXiv:1412.6550, Hinton
         et al., 2015, arXiv:1503.02531; region loss: Ross et al., 2017, arXiv:1703.03717.
Takes:   139,000 images at 112 to 160 px: three hours on two processor cores without bf16.
Expects: macro AUC of 0.974 on `valid` (0.968 to 0.979) after stage 4, about 0.955 on `split=test` after
         stage 1 (measured once, seed 0), when the stages were three recipes.
Run:     raiox train recipes/densenet.py     (after recipes/teacher.py and recipes/mobilenet.py)

The shipped bundle was trained by these stages as three recipes. Its stage 4 started from an exported
bundle, in float16.
"""

from raiox.lab.training.augment.presets import VARIED_QUALITY, WITH_ARTEFACTS
from raiox.lab.training.recipe import Augmentation, Loss, OneCycle, Recipe, Stage
from raiox.lab.training.teachers import Distillation
from raiox.preprocessing import Preprocessing

STRONG = Augmentation(
    rotation_deg=8,
    zoom=(0.9, 1.25),
    aspect=(0.87, 1.15),
    shift=0.05,
    flip=True,
    gamma=(0.75, 1.35),
    contrast=(0.8, 1.25),
    brightness=0.08,
    blur=0.2,
    patches=2,
    top_occlusion=0.1,
)

FROM_TEACHER = Distillation(teachers=("teacher",), logits_weight=1.0, hint_weight=2.0)
FROM_MOBILENET = Distillation(teachers=("mobilenet/stage-0",), logits_weight=1.0, hint_weight=1.0)
FROM_BETTER = Distillation(teachers=("mobilenet/stage-2",), logits_weight=2.0, hint_weight=0.0)

RECIPE = Recipe(
    name="densenet",
    task="findings",
    network="densenet",
    n_head_channels=256,
    preprocessing=Preprocessing(side_px=160, fit="letterbox"),
    loss=Loss(label_smoothing=0.05),
    stages=(
        Stage(
            side_px=112,
            schedule=OneCycle(n_samples=45_000, learning_rate=2e-3),
            augmentation=STRONG,
            distillation=FROM_TEACHER,
        ),
        Stage(
            side_px=160,
            schedule=OneCycle(n_samples=24_000, learning_rate=8e-4),
            augmentation=STRONG,
            distillation=FROM_TEACHER,
        ),
        Stage(
            side_px=128,
            schedule=OneCycle(n_samples=33_000, learning_rate=1.2e-3),
            average=0.998,
            augmentation=WITH_ARTEFACTS,
            style_mixing=0.3,
            distillation=FROM_MOBILENET,
        ),
        Stage(
            side_px=160,
            schedule=OneCycle(n_samples=30_000, learning_rate=6e-4),
            average=0.998,
            augmentation=WITH_ARTEFACTS,
            style_mixing=0.3,
            distillation=FROM_MOBILENET,
        ),
        Stage(
            side_px=144,
            schedule=OneCycle(n_samples=7_000, learning_rate=6e-4),
            samples_per_epoch=1_000,
            average=0.995,
            augmentation=VARIED_QUALITY,
            style_mixing=0.3,
            region_loss=0.3,
            distillation=FROM_BETTER,
            n_batchnorm_images=4_000,
        ),
    ),
)
