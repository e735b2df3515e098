"""Which images make an epoch: the same for the same seed and epoch, whatever happened between."""

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
"""Enough to follow a run; the figures of a bundle come from the whole part."""


class SeededDataModule(L.LightningDataModule):
    """Training batches and the images of `valid` that follow a run."""

    def __init__(
        self, sampling: Sampling, stage: Stage, parts: dict[str, Examples], seed: int
    ) -> None:
        super().__init__()
        self.sampling, self.stage, self.parts, self.seed = sampling, stage, parts, seed

    @property
    def n_batches(self) -> int:
        """Steps of an epoch."""
        n_in_a_pass = len(repeated(self.parts["train"].cases, self.sampling.oversampling))
        n = self.stage.samples_per_epoch or n_in_a_pass
        if self.sampling.draws == "passes":
            n = min(n, n_in_a_pass)
        return max(1, n // self.stage.batch_size)

    def train_dataloader(self) -> DataLoader[Any]:
        """One epoch of whole batches."""
        epoch = self.trainer.current_epoch if self.trainer else 0
        drawn = self._draw(np.random.default_rng((self.seed, epoch)))
        n = self.n_batches * self.stage.batch_size
        # The pixels are in memory: reading them costs less than handing them between processes.
        return DataLoader(Subset(self.parts["train"], drawn[:n].tolist()), self._batch_size)

    def val_dataloader(self) -> DataLoader[Any]:
        """The same images each time: spread over `valid`, or resampled as the authors' code does."""
        valid = self.parts["valid"]
        if self.sampling.valid == "as_coded":
            chosen = resampled_as_coded(valid, self.sampling.oversampling, self.seed)
        else:
            chosen = np.arange(0, len(valid), max(1, len(valid) // N_VALIDATION_EXAMPLES))
        return DataLoader(Subset(valid, chosen.tolist()), self._batch_size)

    @property
    def _batch_size(self) -> int:
        n_devices = self.trainer.world_size if self.trainer else 1
        return max(1, self.stage.batch_size // n_devices)

    def _draw(self, random: np.random.Generator) -> npt.NDArray[np.int64]:
        cases, n = self.parts["train"].cases, self.stage.samples_per_epoch
        if self.sampling.draws == "passes":
            one_pass = random.permutation(repeated(cases, self.sampling.oversampling))
            return one_pass[:n] if n else one_pass
        chances = draw_chances(cases, self.sampling)
        return random.choice(len(cases), size=n or len(cases), p=chances)


def draw_chances(cases: Sequence[Sample], sampling: Sampling) -> npt.NDArray[np.float64]:
    """(N,) chance of a draw: a balance of labels and sources.

    Balanced by labels, each label comes as often as told and its sources by a power of their
    size: below 1 it keeps a source of thousands from drowning one of hundreds. Balanced by
    sources, each source comes by that power and its labels alike: where a source holds two
    labels, it says nothing of either.
    """
    by_label = sampling.balance == "labels"
    keys = [(case.label, case.dataset) for case in cases]
    outer = [key[0] if by_label else key[1] for key in keys]
    sizes, totals = Counter(keys), Counter(outer)
    share = {key: n**sampling.source_power if by_label else 1.0 for key, n in sizes.items()}
    inner: defaultdict[str, float] = defaultdict(float)
    for key, part in share.items():
        inner[key[not by_label]] += part
    weights = np.array(
        [
            sampling.label_weights.get(key[0], 1.0)
            * (1.0 if by_label else totals[context] ** sampling.source_power)
            * share[key] / inner[context] / sizes[key]
            for key, context in zip(keys, outer, strict=True)
        ]
    )  # fmt: skip
    chances: npt.NDArray[np.float64] = weights / weights.sum()
    return chances


def repeated(cases: Sequence[Sample], oversampling: dict[str, int]) -> npt.NDArray[np.int64]:
    """Indices of the cases, each as often as its source is oversampled."""
    times = [oversampling.get(case.dataset, 1) for case in cases]
    return np.repeat(np.arange(len(cases)), times)


def resampled_as_coded(
    valid: Examples, oversampling: dict[str, int], seed: int
) -> npt.NDArray[np.int64]:
    """`valid` as the authors' code makes it: oversampled, then every label drawn to the largest."""
    indices = repeated(valid.cases, oversampling)
    labels = valid.labels[indices]
    largest = np.bincount(labels).max()
    random = np.random.default_rng(seed)
    return np.concatenate(
        [random.choice(indices[labels == label], size=largest) for label in np.unique(labels)]
    )
