"""What a network is before its first step: fresh, ImageNet's, or what another learned."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from raiox.bundle import Bundle, open_bundle
from raiox.lab.errors import RecipeInvalidError
from raiox.lab.training.export.onnx_import import bundle_weights
from raiox.lab.training.fit.distillation import DistillationLoss
from raiox.lab.training.networks.densenet import ThreeBlockDenseNet
from raiox.lab.training.networks.mobilenet import MobileNetV1
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.runs.runs import TrainingContext, load_run
from raiox.lab.training.tasks import TASKS


def initialise(network: nn.Module, recipe: Recipe, context: TrainingContext, seed: int) -> None:
    """Fill a fresh network as `init` says.

    Raises:
        RecipeInvalidError: the ImageNet weights, the bundle or the other run are not there.
        BundleInvalidError, BundleChecksumError: the bundle is damaged.
    """
    if recipe.init == "scratch":
        return
    if recipe.init == "imagenet":
        _load_imagenet(network, recipe, context)
        return
    fresh = network.state_dict()
    learned = _learned(fresh, recipe, context, seed)
    kept = {
        name: tensor
        for name, tensor in learned.items()
        if name in fresh and tensor.shape == fresh[name].shape
    }
    if not any(name.startswith(("trunk.", "blocks.")) for name in kept):
        raise RecipeInvalidError(reason="init_is_another_network", run=recipe.init)
    network.load_state_dict({**fresh, **kept})


def interpolate_weights(
    start: Mapping[str, Tensor], end: Mapping[str, Tensor], share: float
) -> dict[str, Tensor]:
    """Weights between those a network started from and those it learned.

    What it knew of films unlike the last ones is not forgotten, and serving costs the same.
    Source: Wortsman et al., 2022, arXiv:2109.01903. Counters stay those of the end.

    Args:
        start: tensors by name.
        end: likewise; the same names.
        share: of the start, from 0 to 1.
    """
    return {
        name: torch.lerp(tensor, start[name], share) if tensor.is_floating_point() else tensor
        for name, tensor in end.items()
    }


def _learned(
    fresh: Mapping[str, Tensor], recipe: Recipe, context: TrainingContext, seed: int
) -> Mapping[str, Tensor]:
    if recipe.init != "bundle":
        _, network = load_run(context.earlier_run(recipe.init, seed))
        weights: Mapping[str, Tensor] = network.state_dict()
        return weights
    if context.bundle is None:
        raise RecipeInvalidError(reason="bundle_missing")
    bundle = open_bundle(context.bundle)
    return bundle_weights(bundle) | _matched_head(fresh, bundle, TASKS[recipe.task].outputs)


def _matched_head(
    fresh: Mapping[str, Tensor], bundle: Bundle, outputs: Sequence[str]
) -> dict[str, Tensor]:
    """The classifier with the bundle's weights for labels that it knows, fresh ones for the rest."""
    learned, labels = bundle_weights(bundle), bundle.manifest.labels
    shared = [label for label in outputs if label in labels]
    here, there = [outputs.index(one) for one in shared], [labels.index(one) for one in shared]
    return {
        name: fresh[name].index_copy(0, torch.tensor(here), learned[name][there])
        for name in ("head.classifier.weight", "head.classifier.bias")
        if name in learned and fresh[name].shape[1:] == learned[name].shape[1:]
    }


def distillation_loss_for(
    recipe: Recipe, student: nn.Module, context: TrainingContext, seed: int
) -> DistillationLoss | None:
    """The recipe's teachers over a student, ready to teach.

    Raises:
        RecipeInvalidError: a teacher's run is not there, or it sees other pixels.
    """
    spec = recipe.distillation
    if spec is None:
        return None
    teachers = [_teacher(name, recipe, context, seed) for name in spec.teachers]
    return DistillationLoss(teachers, student, spec)


def _teacher(name: str, recipe: Recipe, context: TrainingContext, seed: int) -> nn.Module:
    if name == "imagenet":
        # Its answers are ImageNet's classes, which this head does not have: only features teach.
        network: nn.Module = MobileNetV1(len(TASKS[recipe.task].outputs))
        _load_imagenet(network, recipe, context)
    else:
        other, network = load_run(context.earlier_run(name, seed))
        mine, its = recipe.preprocessing, other.preprocessing
        if mine.model_copy(update={"side_px": its.side_px}) != its:
            raise RecipeInvalidError(reason="teacher_sees_other_pixels")
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _load_imagenet(network: nn.Module, recipe: Recipe, context: TrainingContext) -> None:
    if context.imagenet is None or not context.imagenet.is_file():
        raise RecipeInvalidError(reason="imagenet_weights_missing")
    spec = recipe.preprocessing
    try:
        if isinstance(network, ThreeBlockDenseNet):
            network.load_imagenet(context.imagenet, spec.mean, spec.std)
        else:
            assert isinstance(network, MobileNetV1)
            network.load_imagenet(context.imagenet)
    except (KeyError, ValueError) as error:
        raise RecipeInvalidError(reason="imagenet_weights_of_another_network") from error
