# ruff: noqa: INP001, ARG002  (imported by a file that is run; each way needs less than all do)
"""Ways to learn across data sets, each on features that stand still: a hidden layer, then the findings.

Every way sees the same features, the same draws of a seed and the same start, so that they differ by
what their name says alone. None reads the data set that is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor, nn
from torch.nn import functional
from unseen import NORMAL

from raiox.vocabulary import FINDINGS

N_HIDDEN = 128
N_STEPS = 600
BATCH = 512
NOISY = ("nih", "radiography")
"""Labels from the text of a report, or of the patient instead of the image."""
SMOOTHING, NOISY_SMOOTHING = 0.05, 0.3


@dataclass(frozen=True)
class Known:
    """What may be learned from: features, findings and data sets of N images."""

    features: Tensor
    """(N, D) of mean 0 and deviation 1."""
    labels: Tensor
    """(N,) index of the finding."""
    sources: Tensor
    """(N,) index of the data set."""
    names: tuple[str, ...]
    """Of the data sets."""


class Head(nn.Module):
    """Features to logits, through a hidden layer that some ways compare between data sets."""

    def __init__(self, n_features: int, n_sources: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(n_features, N_HIDDEN)
        self.findings = nn.Linear(N_HIDDEN, len(FINDINGS))
        self.source = nn.Linear(N_HIDDEN, n_sources)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """(N, D) to logits (N, K) and the hidden layer (N, H)."""
        hidden = functional.dropout(self.hidden(features).relu(), 0.2, self.training)
        return self.findings(hidden), hidden


def trained(way: str, known: Known, seed: int) -> Head:
    """A head that learned in one of `WAYS`."""
    if way == "weights averaged over 3 draws":
        return _averaged([_trained("plain", known, seed, draw) for draw in range(3)])
    return _trained(way, known, seed, draw=0)


def _trained(way: str, known: Known, seed: int, draw: int) -> Head:
    torch.manual_seed(seed)
    head = Head(known.features.shape[1], len(known.names))
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, N_STEPS)
    loss_of = WAYS[way](known)
    chances = _paired(known) if way.startswith("paired") else _balanced(known)
    random = torch.Generator().manual_seed(1_000 * seed + draw)
    for step in range(N_STEPS):
        rows = torch.multinomial(chances, BATCH, replacement=True, generator=random)
        loss = loss_of(head, rows, step / N_STEPS)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    head.eval()
    return head


def _averaged(heads: list[Head]) -> Head:
    first = heads[0]
    states = [head.state_dict() for head in heads]
    first.load_state_dict({name: sum(s[name] for s in states) / len(states) for name in states[0]})
    return first


def _balanced(known: Known) -> Tensor:
    """Labels alike; within each, a data set by the root of its size, as a recipe's `Sampling` draws."""
    chances = torch.zeros(len(known.labels))
    for here, label in _cells(known):
        cells = [one.sum() ** 0.5 for one, other in _cells(known) if other == label]
        chances[here] = float(here.sum() ** 0.5 / sum(cells) / here.sum())
    return chances


def _paired(known: Known) -> Tensor:
    """Only data sets that hold two labels; each of them alike, and its labels alike."""
    chances = torch.zeros(len(known.labels))
    for source in range(len(known.names)):
        cells = [here for here, _ in _cells(known) if known.sources[here][0] == source]
        if len(cells) > 1:
            for here in cells:
                chances[here] = float(1 / len(cells) / here.sum())
    return chances


def _cells(known: Known) -> Iterator[tuple[Tensor, int]]:
    """(N,) images of each label of each data set that has some, and the label."""
    for source in range(len(known.names)):
        for label in range(len(FINDINGS)):
            here = (known.sources == source) & (known.labels == label)
            if here.any():
                yield here, label


class Plain:
    """Cross-entropy, smoothed."""

    def __init__(self, known: Known) -> None:
        self.known = known

    def __call__(self, head: Head, rows: Tensor, progress: float) -> Tensor:
        """The loss of one batch.

        Args:
            head: that learns.
            rows: (B,) indices of the batch.
            progress: 0 to 1.
        """
        logits, hidden = head(self.known.features[rows])
        losses = self.losses(logits, rows)
        return self.combined(losses, rows) + self.penalty(head, hidden, rows, progress)

    def losses(self, logits: Tensor, rows: Tensor) -> Tensor:
        """(B,) before they are combined."""
        labels = self.known.labels[rows]
        return functional.cross_entropy(logits, labels, label_smoothing=SMOOTHING, reduction="none")

    def combined(self, losses: Tensor, rows: Tensor) -> Tensor:
        """One loss of those of all images."""
        return losses.mean()

    def penalty(self, head: Head, hidden: Tensor, rows: Tensor, progress: float) -> Tensor | float:
        """What is added to it."""
        return 0.0

    def by_source(self, values: Tensor, rows: Tensor) -> list[Tensor]:
        """The rows of each data set that the batch has some of."""
        sources = self.known.sources[rows]
        return [values[sources == one] for one in sources.unique()]


class AbnormalFirst(Plain):
    """Abnormal or not, then which kind among the abnormal, each with its own loss."""

    def losses(self, logits: Tensor, rows: Tensor) -> Tensor:
        """(B,) before they are combined."""
        labels, kinds = self.known.labels[rows], [k for k in range(len(FINDINGS)) if k != NORMAL]
        abnormal = labels != NORMAL
        score = logits[:, kinds].logsumexp(1) - logits[:, NORMAL]
        wanted = abnormal.float() * (1 - SMOOTHING) + SMOOTHING / 2
        first = functional.binary_cross_entropy_with_logits(score, wanted, reduction="none")
        position = (labels > NORMAL).long() * (labels - 1) if NORMAL == 0 else labels
        which = functional.cross_entropy(
            logits[:, kinds], position.clamp(min=0), label_smoothing=SMOOTHING, reduction="none"
        )
        return first + abnormal * which


class SmoothedByNoise(Plain):
    """More smoothing where labels are known to be noisy."""

    def losses(self, logits: Tensor, rows: Tensor) -> Tensor:
        """(B,) before they are combined."""
        noisy = torch.tensor([name in NOISY for name in self.known.names])[self.known.sources[rows]]
        smoothing = torch.where(noisy, NOISY_SMOOTHING, SMOOTHING)[:, None]
        wanted = functional.one_hot(self.known.labels[rows], len(FINDINGS)) * (1 - smoothing)
        wanted = wanted + smoothing / len(FINDINGS)
        return functional.cross_entropy(logits, wanted, reduction="none")


class GroupDro(Plain):
    """The label of a data set that does worst counts most (Sagawa et al., 2020, arXiv:1911.08731)."""

    STEP = 0.01

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self.group = known.sources * len(FINDINGS) + known.labels
        self.weights = torch.ones(len(known.names) * len(FINDINGS))

    def combined(self, losses: Tensor, rows: Tensor) -> Tensor:
        """One loss of those of all images."""
        groups = self.group[rows].unique()
        means = torch.stack([losses[self.group[rows] == one].mean() for one in groups])
        self.weights[groups] *= (self.STEP * means.detach()).exp()
        weights = self.weights[groups] / self.weights[groups].sum()
        return (weights * means).sum()


class Vrex(Plain):
    """The losses of the data sets may not differ (Krueger et al., 2021, arXiv:2003.00688)."""

    WEIGHT = 10.0

    def combined(self, losses: Tensor, rows: Tensor) -> Tensor:
        """One loss of those of all images."""
        means = torch.stack([one.mean() for one in self.by_source(losses, rows)])
        return means.mean() + self.WEIGHT * means.var(unbiased=False)


class Coral(Plain):
    """Mean and covariance of the hidden layer may not differ (Sun and Saenko, 2016, arXiv:1607.01719)."""

    WEIGHT = 1.0

    def penalty(self, head: Head, hidden: Tensor, rows: Tensor, progress: float) -> Tensor | float:
        """What is added to the loss."""
        seen = [one for one in self.by_source(hidden, rows) if len(one) > 1]
        moments = [(one.mean(0), torch.cov(one.T)) for one in seen]
        apart = [
            (a[0] - b[0]).square().mean() + (a[1] - b[1]).square().mean()
            for a, b in combinations(moments, 2)
        ]
        return self.WEIGHT * torch.stack(apart).mean()


class Adversarial(Plain):
    """The hidden layer may not say which data set it is (Ganin et al., 2016, arXiv:1505.07818)."""

    def penalty(self, head: Head, hidden: Tensor, rows: Tensor, progress: float) -> Tensor | float:
        """What is added to the loss."""
        strength = 2 / (1 + torch.exp(torch.tensor(-10 * progress))) - 1
        reversed_hidden = hidden.detach() * (1 + strength) - hidden * strength
        return functional.cross_entropy(head.source(reversed_hidden), self.known.sources[rows])


class MixedStyles(Plain):
    """Features mixed across data sets, images of one label (manifold mixup, arXiv:1806.05236)."""

    def __call__(self, head: Head, rows: Tensor, progress: float) -> Tensor:
        """The loss of one batch."""
        order = torch.randperm(len(rows))
        order = order[self.known.labels[rows[order]].argsort(stable=True)]
        mine = torch.arange(len(rows))[self.known.labels[rows].argsort(stable=True)]
        share = torch.distributions.Beta(0.2, 0.2).sample((len(rows), 1))
        features = self.known.features
        mixed = share * features[rows[mine]] + (1 - share) * features[rows[order]]
        logits, _ = head(mixed)
        return self.losses(logits, rows[mine]).mean()


WAYS: dict[str, type[Plain]] = {
    "plain": Plain,
    "abnormal first, then which": AbnormalFirst,
    "paired within data sets": Plain,
    "smoothed by the labels' noise": SmoothedByNoise,
    "group DRO": GroupDro,
    "V-REx": Vrex,
    "CORAL": Coral,
    "adversarial": Adversarial,
    "mixed across data sets": MixedStyles,
    "weights averaged over 3 draws": Plain,
}
