"""Re-estimation of batch-norm statistics on unaugmented images.

Augmentation resamples: training images are a little softer than served ones, and the running statistics
are those of soft images. A network trained for long depends on them, and then errs on sharp images. A
few thousand training images, drawn as in training but not augmented, correct the statistics; no weight
changes. Averaged or interpolated weights need the same. Source: Touvron et al., 2019, arXiv:1906.06423
(training and serving see different statistics); Wu and Johnson, 2021, arXiv:2105.07576 (precise BN).
"""

from collections.abc import Iterable

import numpy as np
import torch
from rich.progress import track
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset

from raiox.lab.training.data.examples import Examples
from raiox.lab.training.data.sampling import draw_chances
from raiox.lab.training.fit.lightning_module import normalise
from raiox.lab.training.recipe import Recipe

BATCH = 64


def recalibrate_batchnorm(network: nn.Module, recipe: Recipe, train: Examples, seed: int) -> None:
    """Set the running mean and variance of every batch norm from unaugmented training images.

    Args:
        network: changed in place; in evaluation mode afterwards.
        recipe: how many images, how they are drawn and preprocessed.
        train: its training images.
        seed: of the draw.
    """
    chances = draw_chances(train.samples, recipe.sampling)
    drawn = np.random.default_rng(seed).choice(len(train), recipe.n_batchnorm_images, p=chances)
    loader = DataLoader(Subset(train, drawn.tolist()), BATCH)
    batches = track(loader, "Re-estimating batch norms", transient=True)
    estimate_batchnorm(
        network,
        (normalise(squares.float() / 255.0, recipe.preprocessing) for squares, *_ in batches),
    )


def estimate_batchnorm(network: nn.Module, batches: Iterable[Tensor]) -> None:
    """Set the running mean and variance of every batch norm from the inputs of a network.

    Args:
        network: changed in place; in evaluation mode afterwards.
        batches: (N, 1, S, S) each, normalised.
    """
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    network.eval()  # nothing is dropped, no style mixed
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean of all batches
        norm.train()
    with torch.no_grad():
        for images in batches:
            network(images)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    network.eval()
