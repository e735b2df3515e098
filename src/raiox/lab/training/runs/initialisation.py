"""The weights a network starts from: random, ImageNet's, a bundle's or another run's; its teachers."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from raiox.bundle import Bundle, open_bundle
from raiox.lab.errors import (
    ImageNetWeightsInvalidError,
    ImageNetWeightsMissingError,
    StartBundleMissingError,
    StartNetworkMismatchError,
    TeacherMismatchError,
)
from raiox.lab.training.context import TrainingContext
from raiox.lab.training.fit.distillation import DistillationLoss
from raiox.lab.training.networks.densenet import ThreeBlockDenseNet
from raiox.lab.training.networks.mobilenet import MobileNetV1
from raiox.lab.training.networks.onnx_import import bundle_weights
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.runs.runs import load_run
from raiox.lab.training.tasks import TASKS

BODIES = ("trunk.", "blocks.")
"""Prefixes of DenseNet's and MobileNet's weights before the head."""


def initialise(network: nn.Module, recipe: Recipe, context: TrainingContext, seed: int) -> None:
    """Fill a new network as `init` says; a head of another shape stays random, and stages may be left out.

    Raises:
        ImageNetWeightsMissingError, ImageNetWeightsInvalidError: the file of ImageNet weights.
        RunNotFinishedError, StartBundleMissingError: the run or the bundle is not there.
        StartNetworkMismatchError: it is of another network, or has fewer stages.
        BundleInvalidError, BundleChecksumError: the bundle is damaged.
    """
    if recipe.init == "scratch":
        return
    if recipe.init == "imagenet":
        _load_imagenet(network, recipe, context)
        return
    own = network.state_dict()
    trained = _trained_weights(own, recipe, context, seed)
    fitting = {
        name: tensor
        for name, tensor in trained.items()
        if name in own and tensor.shape == own[name].shape
    }
    # A body that keeps some random stages would train, and be worse than one from ImageNet.
    body = {name for name in own if name.startswith(BODIES)} - {
        name for name in own if name.endswith("num_batches_tracked")
    }
    if not body or not body <= fitting.keys():
        raise StartNetworkMismatchError(recipe=recipe.name, init=recipe.init)
    network.load_state_dict({**own, **fitting})


def distillation_loss_for(
    recipe: Recipe, student: nn.Module, context: TrainingContext, seed: int
) -> DistillationLoss | None:
    """The loss against the recipe's teachers; None where it has none.

    Raises:
        RunNotFinishedError: a teacher's run is not there.
        TeacherMismatchError: a teacher sees other pixels than the student.
        ImageNetWeightsMissingError, ImageNetWeightsInvalidError: the file of ImageNet weights.
    """
    spec = recipe.distillation
    if spec is None:
        return None
    if spec.sees == "original":
        return DistillationLoss((), student, spec)
    teachers = [_teacher(reference, recipe, context, seed) for reference in spec.teachers]
    return DistillationLoss(teachers, student, spec)


def _trained_weights(
    own: Mapping[str, Tensor], recipe: Recipe, context: TrainingContext, seed: int
) -> Mapping[str, Tensor]:
    if recipe.init != "bundle":
        network = load_reference(recipe.init, recipe, context, seed)[1]
        weights: Mapping[str, Tensor] = network.state_dict()
        return weights
    if context.bundle is None:
        raise StartBundleMissingError(recipe=recipe.name)
    bundle = open_bundle(context.bundle)
    return bundle_weights(bundle) | _matching_head(own, bundle, TASKS[recipe.task].outputs)


def _matching_head(
    own: Mapping[str, Tensor], bundle: Bundle, outputs: Sequence[str]
) -> dict[str, Tensor]:
    """The classifier with the bundle's weights for labels that it knows, random ones for the rest."""
    trained, labels = bundle_weights(bundle), bundle.manifest.labels
    shared = [label for label in outputs if label in labels]
    here, there = [outputs.index(one) for one in shared], [labels.index(one) for one in shared]
    return {
        name: own[name].index_copy(0, torch.tensor(here), trained[name][there])
        for name in ("head.classifier.weight", "head.classifier.bias")
        if name in own and name in trained and own[name].shape[1:] == trained[name].shape[1:]
    }


def _teacher(reference: str, recipe: Recipe, context: TrainingContext, seed: int) -> nn.Module:
    if reference == "imagenet":
        # Its logits would be ImageNet's classes, which this head does not have: only its features serve.
        network: nn.Module = MobileNetV1(len(TASKS[recipe.task].outputs))
        _load_imagenet(network, recipe, context)
    else:
        other, network = load_reference(reference, recipe, context, seed)
        mine, its = recipe.preprocessing, other.preprocessing
        if mine.model_copy(update={"side_px": its.side_px}) != its:
            raise TeacherMismatchError(teacher=reference)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def load_reference(
    reference: str, recipe: Recipe, context: TrainingContext, seed: int
) -> tuple[Recipe, nn.Module]:
    """Load the network that a recipe names.

    Args:
        reference: `mobilenet`, or `mobilenet/stage-1` as it was after its second stage: a run of another
            recipe, or an earlier stage of the same run.
        recipe: that names it.
        context: where runs are.
        seed: of the run.

    Raises:
        RunNotFinishedError: there is no such run or stage.
    """
    name, _, stage = reference.partition("/stage-")
    is_own = name == recipe.name
    folder = (context.run_folder if is_own else context.earlier_run)(name, seed)
    return load_run(folder, int(stage) if stage else None)


def _load_imagenet(network: nn.Module, recipe: Recipe, context: TrainingContext) -> None:
    name = "DenseNet-121" if isinstance(network, ThreeBlockDenseNet) else "MobileNet v1"
    if context.imagenet is None or not context.imagenet.is_file():
        raise ImageNetWeightsMissingError(network=name)
    spec = recipe.preprocessing
    try:
        if isinstance(network, ThreeBlockDenseNet):
            network.load_imagenet(context.imagenet, spec.mean, spec.std)
        else:
            assert isinstance(network, MobileNetV1)
            network.load_imagenet(context.imagenet)
    except (KeyError, ValueError) as error:
        raise ImageNetWeightsInvalidError(network=name) from error
