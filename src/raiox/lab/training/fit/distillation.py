"""What teachers add to the loss: their answers and, place by place, the first one's features.

Source: Hinton et al., 2015, arXiv:1503.02531 (answers); Romero et al., 2015,
arXiv:1412.6550 (hints), here compared by cosine so that scales do not matter.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from raiox.lab.training.networks.head import NetworkOutput
from raiox.lab.training.recipe import Distillation


class DistillationLoss(nn.Module):
    """Frozen teachers over one student."""

    def __init__(
        self, teachers: Sequence[nn.Module], student: nn.Module, spec: Distillation
    ) -> None:
        super().__init__()
        self.spec = spec
        # Held in a list: a frozen teacher belongs neither to the checkpoint nor to the optimiser.
        self._teachers = [teacher.eval().requires_grad_(False) for teacher in teachers]
        widths = (
            zip(_widths(student), _widths(teachers[0]), strict=True) if spec.hint_weight else ()
        )
        self.projections = nn.ModuleList(nn.Conv2d(n_in, n_out, 1) for n_in, n_out in widths)

    def forward(self, images: Tensor, student: NetworkOutput) -> Tensor:
        """The teachers' part of the loss of one batch of normalised images (N, 1, S, S)."""
        with torch.no_grad():
            taught = [teacher.to(images.device)(images) for teacher in self._teachers]
        loss = (
            self.spec.hint_weight * self._hints(student, taught[0])
            if self.spec.hint_weight
            else 0.0
        )
        if self.spec.answers:
            loss = loss + self.spec.answers * self._answers(student, taught)
        return torch.as_tensor(loss)

    def _answers(self, student: NetworkOutput, taught: Sequence[NetworkOutput]) -> Tensor:
        t = self.spec.temperature
        mean = torch.stack([functional.softmax(one.logits / t, dim=1) for one in taught]).mean(0)
        own = functional.log_softmax(student.logits / t, dim=1)
        return t * t * functional.kl_div(own, mean, reduction="batchmean")

    def _hints(self, student: NetworkOutput, teacher: NetworkOutput) -> Tensor:
        pairs = zip(self.projections, _features(student), _features(teacher), strict=True)
        distances = [
            1 - functional.cosine_similarity(project(seen), shown, dim=1).mean()
            for project, seen, shown in pairs
        ]
        return torch.stack(distances).mean()


def _features(output: NetworkOutput) -> tuple[Tensor, ...]:
    """Features at strides 4, 8 and 16, and pooled."""
    return (*output.hints, output.embedding[:, :, None, None])


def _widths(network: nn.Module) -> list[int]:
    training = network.training
    with torch.no_grad():
        output: NetworkOutput = network.eval()(torch.zeros(1, 1, 64, 64))
    network.train(training)
    return [features.shape[1] for features in _features(output)]
