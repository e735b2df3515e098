"""The paper's first stage: DenseNet separates No Finding from Lung Opacity; COVID-19 counts as an opacity.

Source:  the paper, sections 2.2 and 4.2. The authors published no script of this stage: it follows the
         text, with the second stage's augmentation and the authors' split in both stages, so that no
         test image of the second is learned in the first.
Takes:   9,200 images per epoch at 224 px: 20 minutes per epoch on two processor cores without bf16, a
         minute on a GPU.
Expects: no figure in the paper.
Run:     raiox train recipes/paper/stage1.py --imagenet densenet121-a639ec97.pth --device gpu
"""

from raiox.lab.training.recipe import Augmentation, Loss, Plateau, Recipe, Sampling, Stage
from raiox.preprocessing import Preprocessing

RECIPE = Recipe(
    name="paper_stage1",
    task="opacity",
    network="densenet",
    init="imagenet",
    preprocessing=Preprocessing(side_px=224, fit="stretch", mean=0.449, std=0.226),
    sampling=Sampling(
        split_scheme="authors",
        datasets=("cohen", "figure1", "rsna", "kermany"),
        draws="epochs",
    ),
    stages=(
        Stage(
            side_px=224,
            schedule=Plateau(learning_rate=1e-4, factor=0.5, patience=1, stop_after=5),
            batch_size=16,
            samples_per_epoch=None,
        ),
    ),
    augmentation=Augmentation(
        rotation_deg=5,
        flip=True,
        crop_area=(0.8, 1.0),
        crop_aspect=(3 / 4, 4 / 3),
        gain=(0.9, 1.1),
        top_occlusion=0.5,
    ),
    loss=Loss(kind="binary_both_terms", label_smoothing=0.1, class_weights="inverse"),
)
