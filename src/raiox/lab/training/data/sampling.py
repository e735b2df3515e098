"""Which images make an epoch: the same for the same seed and epoch, also after a resume."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import lightning as L
import numpy as np
import numpy.typing as npt
from torch.utils.data import DataLoader, Subset

from raiox.lab.datasets.manifest import Sample
from raiox.lab.training.data.examples import Examples
from raiox.lab.training.recipe import Sampling, Stage

N_VALIDATION_EXAMPLES = 1_000
"""Enough to follow a run; a bundle is evaluated on the whole split."""


class SeededDataModule(L.LightningDataModule):
    """Batches of `train`, and the images of `valid` that follow a run."""

    def __init__(
        self, sampling: Sampling, stage: Stage, splits: dict[str, Examples], seed: int
    ) -> None:
        super().__init__()
        self.sampling, self.stage, self.splits, self.seed = sampling, stage, splits, seed

    @property
    def n_batches(self) -> int:
        """Steps per epoch."""
        n_per_epoch = len(oversample(self.splits["train"].samples, self.sampling.oversampling))
        n = self.stage.samples_per_epoch or n_per_epoch
        if self.sampling.draws == "epochs":
            n = min(n, n_per_epoch)
        return max(1, n // self.stage.batch_size)

    def train_dataloader(self) -> DataLoader[Any]:
        """One epoch of whole batches."""
        epoch = self.trainer.current_epoch if self.trainer else 0
        drawn = self._draw(np.random.default_rng((self.seed, epoch)))
        n = self.n_batches * self.stage.batch_size
        # The pixels are in memory: reading them costs less than handing them between processes.
        return DataLoader(Subset(self.splits["train"], drawn[:n].tolist()), self._batch_size)

    def val_dataloader(self) -> DataLoader[Any]:
        """The same images each time: spread over `valid`, or resampled as the authors' code does."""
        valid = self.splits["valid"]
        if self.sampling.valid == "authors_code":
            chosen = resample_as_authors(valid, self.sampling.oversampling, self.seed)
        else:
            chosen = np.arange(0, len(valid), max(1, len(valid) // N_VALIDATION_EXAMPLES))
        return DataLoader(Subset(valid, chosen.tolist()), self._batch_size)

    @property
    def _batch_size(self) -> int:
        n_devices = self.trainer.world_size if self.trainer else 1
        return max(1, self.stage.batch_size // n_devices)

    def _draw(self, random: np.random.Generator) -> npt.NDArray[np.int64]:
        samples, n = self.splits["train"].samples, self.stage.samples_per_epoch
        if self.sampling.draws == "epochs":
            epoch_order = random.permutation(oversample(samples, self.sampling.oversampling))
            return epoch_order[:n] if n else epoch_order
        chances = draw_chances(samples, self.sampling)
        return random.choice(len(samples), size=n or len(samples), p=chances)


def draw_chances(samples: Sequence[Sample], sampling: Sampling) -> npt.NDArray[np.float64]:
    """(N,) chance of a draw: a balance of labels and datasets.

    Balanced by labels, each label has the share that its weight gives it, divided among its data sets by
    a power of their size: below 1, one of thousands does not drown one of hundreds. Balanced by data
    sets, each has a share by that power, divided equally among its labels: a data set with two labels
    then identifies neither.
    """
    by_label = sampling.balance == "labels"
    keys = [(sample.label, sample.dataset) for sample in samples]
    outer = [key[0] if by_label else key[1] for key in keys]
    sizes, totals = Counter(keys), Counter(outer)
    share = {key: n**sampling.dataset_power if by_label else 1.0 for key, n in sizes.items()}
    inner: defaultdict[str, float] = defaultdict(float)
    for key, value in share.items():
        inner[key[not by_label]] += value
    weights = np.array(
        [
            sampling.label_weights.get(key[0], 1.0)
            * (1.0 if by_label else totals[outer_key] ** sampling.dataset_power)
            * share[key] / inner[outer_key] / sizes[key]
            for key, outer_key in zip(keys, outer, strict=True)
        ]
    )  # fmt: skip
    chances: npt.NDArray[np.float64] = weights / weights.sum()
    return chances


def oversample(samples: Sequence[Sample], oversampling: dict[str, int]) -> npt.NDArray[np.int64]:
    """Indices of the samples, each as often as its dataset is oversampled."""
    times = [oversampling.get(sample.dataset, 1) for sample in samples]
    return np.repeat(np.arange(len(samples)), times)


def resample_as_authors(
    valid: Examples, oversampling: dict[str, int], seed: int
) -> npt.NDArray[np.int64]:
    """`valid` as the authors' code makes it: oversampled, then every label drawn to the largest."""
    indices = oversample(valid.samples, oversampling)
    labels = valid.labels[indices]
    largest = np.bincount(labels).max()
    random = np.random.default_rng(seed)
    return np.concatenate(
        [random.choice(indices[labels == label], size=largest) for label in np.unique(labels)]
    )
