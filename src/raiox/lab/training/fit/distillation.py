"""Distillation: the teachers' softened logits and, per location, the first teacher's features.

Source: Hinton et al., 2015, arXiv:1503.02531 (logits); Romero et al., 2015,
arXiv:1412.6550 (hints), here compared by cosine so that scales do not matter.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from raiox.lab.training.networks.head import NetworkOutput
from raiox.lab.training.teachers import Distillation


class DistillationLoss(nn.Module):
    """The distance of one student to its frozen teachers.

    Teachers that see what the student sees run beside it. Those that saw the original image gave their
    logits before: an augmented image is then to give what the original gave.
    """

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

    def forward(self, images: Tensor, student: NetworkOutput, known_logits: Tensor) -> Tensor:
        """The distance to the teachers over one batch.

        Args:
            images: (N, 1, S, S) normalised.
            student: its output for them.
            known_logits: (N, K) of the teachers for the original images, if that is what they see.
        """
        if self.spec.sees == "original":
            return self.spec.logits_weight * self._logits_distance(student, [known_logits])
        with torch.no_grad():
            teacher_outputs = [teacher.to(images.device)(images) for teacher in self._teachers]
        loss = (
            self.spec.hint_weight * self._hint_distance(student, teacher_outputs[0])
            if self.spec.hint_weight
            else 0.0
        )
        if self.spec.logits_weight:
            loss = loss + self.spec.logits_weight * self._logits_distance(
                student, [one.logits for one in teacher_outputs]
            )
        return torch.as_tensor(loss)

    def _logits_distance(self, student: NetworkOutput, teacher_logits: Sequence[Tensor]) -> Tensor:
        t = self.spec.temperature
        mean = torch.stack(
            [functional.softmax(logits / t, dim=1) for logits in teacher_logits]
        ).mean(0)
        own = functional.log_softmax(student.logits / t, dim=1)
        return t * t * functional.kl_div(own, mean, reduction="batchmean")

    def _hint_distance(self, student: NetworkOutput, teacher: NetworkOutput) -> Tensor:
        pairs = zip(self.projections, _features(student), _features(teacher), strict=True)
        distances = [
            1 - functional.cosine_similarity(project(own), target, dim=1).mean()
            for project, own, target in pairs
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
