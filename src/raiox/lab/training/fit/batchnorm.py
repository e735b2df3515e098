"""What batch norms expect, measured on films as they are served.

Augmentation resamples: every training film is a little softer than a served one, and the running
statistics of the norms are those of soft films. A network trained for long leans on them, and
then misreads the sharp film it is asked about. A few thousand training films, drawn as in training
but left as they are, set the statistics right; no weight moves. Weights averaged with others need
the same. Source: Touvron et al., 2019, arXiv:1906.06423 (training and serving see different
statistics); Wu and Johnson, 2021, arXiv:2105.07576 (statistics measured anew on a fixed network).
"""

import numpy as np
import torch
from rich.progress import track
from torch import nn
from torch.utils.data import DataLoader, Subset

from raiox.lab.training.data.examples import Examples
from raiox.lab.training.data.sampling import draw_chances
from raiox.lab.training.fit.lightning_module import normalised
from raiox.lab.training.recipe import Recipe

BATCH = 64


def recalibrate_batchnorm(network: nn.Module, recipe: Recipe, train: Examples, seed: int) -> None:
    """Give the network's batch norms the mean and variance of clean training images.

    Args:
        network: changed in place; in evaluation mode afterwards.
        recipe: how many images, how they are drawn and fed.
        train: its training images.
        seed: of the draws.
    """
    chances = draw_chances(train.cases, recipe.sampling)
    drawn = np.random.default_rng(seed).choice(len(train), recipe.n_batchnorm_images, p=chances)
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    network.eval()  # nothing is dropped, no style mixed
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean of all batches
        norm.train()
    with torch.no_grad():
        loader = DataLoader(Subset(train, drawn.tolist()), BATCH)
        for squares, *_ in track(loader, "Measuring statistics", transient=True):
            network(normalised(squares.float() / 255.0, recipe.preprocessing))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    network.eval()
