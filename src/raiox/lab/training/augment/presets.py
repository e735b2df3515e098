"""Augmentations that several recipes share; a run folder keeps the values themselves."""

from raiox.lab.training.recipe import Augmentation

WITH_ARTEFACTS = Augmentation(
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
LEVELS = VARIED_QUALITY.replace(
    p_clean=0.1,
    zoom=(0.92, 1.15),
    shift=0.03,
    borders=0.15,
    patches=1,
    markers=2,
)
"""Of radiographs whose levels are set."""

ANY_EXPOSURE = LEVELS.replace(
    rotation_deg=6,
    zoom=(0.9, 1.18),
    aspect=(0.93, 1.08),
    shift=0.04,
    gamma=(0.6, 1.6),
    contrast=(0.75, 1.3),
    brightness=0.08,
    posterise=0.35,
    blur=0.4,
    markers=3,
)
"""With the gammas and the few grays that 8 bits may hold."""
