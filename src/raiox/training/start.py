"""What a network is before its first step: fresh, ImageNet's, or what another run learned."""

import torch
from torch import nn

from raiox.errors import RecipeInvalidError
from raiox.training.lesson import Lesson
from raiox.training.networks.densenet import ThreeBlockDenseNet
from raiox.training.networks.mobilenet import MobileNetV1
from raiox.training.recipe import Recipe
from raiox.training.runs import Workplace, load_run
from raiox.training.tasks import TASKS


def initialise(network: nn.Module, recipe: Recipe, place: Workplace, seed: int) -> None:
    """Fill a fresh network as `init` says.

    Raises:
        RecipeInvalidError: the ImageNet weights or the other run are not there.
    """
    if recipe.init == "scratch":
        return
    if recipe.init == "imagenet":
        _load_imagenet(network, recipe, place)
        return
    _, learned = load_run(place.earlier_run(recipe.init, seed))
    fresh = network.state_dict()
    kept = {
        name: tensor
        for name, tensor in learned.state_dict().items()
        if name in fresh and tensor.shape == fresh[name].shape
    }
    if not any(name.startswith(("trunk.", "blocks.")) for name in kept):
        raise RecipeInvalidError(reason="init_is_another_network", run=recipe.init)
    network.load_state_dict({**fresh, **kept})


def lesson_of(recipe: Recipe, student: nn.Module, place: Workplace, seed: int) -> Lesson | None:
    """The recipe's teachers over a student, ready to teach.

    Raises:
        RecipeInvalidError: a teacher's run is not there, or it sees other pixels.
    """
    spec = recipe.distillation
    if spec is None:
        return None
    teachers = [_teacher(name, recipe, place, seed) for name in spec.teachers]
    return Lesson(teachers, student, spec)


def _teacher(name: str, recipe: Recipe, place: Workplace, seed: int) -> nn.Module:
    if name == "imagenet":
        # Its answers are ImageNet's classes, which this head does not have: only features teach.
        network: nn.Module = MobileNetV1(len(TASKS[recipe.task].outputs))
        _load_imagenet(network, recipe, place)
    else:
        other, network = load_run(place.earlier_run(name, seed))
        mine, its = recipe.preprocessing, other.preprocessing
        if (mine.mean, mine.std, mine.fit) != (its.mean, its.std, its.fit):
            raise RecipeInvalidError(reason="teacher_sees_other_pixels")
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _load_imagenet(network: nn.Module, recipe: Recipe, place: Workplace) -> None:
    if place.imagenet is None or not place.imagenet.is_file():
        raise RecipeInvalidError(reason="imagenet_weights_missing")
    spec = recipe.preprocessing
    try:
        if isinstance(network, ThreeBlockDenseNet):
            network.load_imagenet(place.imagenet, spec.mean, spec.std)
        else:
            assert isinstance(network, MobileNetV1)
            network.load_imagenet(place.imagenet)
    except (KeyError, ValueError) as error:
        raise RecipeInvalidError(reason="imagenet_weights_of_another_network") from error
