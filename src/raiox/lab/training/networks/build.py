"""The network that a recipe describes."""

from raiox.lab.training.networks.densenet import ThreeBlockDenseNet
from raiox.lab.training.networks.mobilenet import STAGES, MobileNetV1
from raiox.lab.training.networks.unet import UNet
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.tasks import TASKS


def build_network(recipe: Recipe) -> MobileNetV1 | ThreeBlockDenseNet | UNet:
    """The network of a recipe, as its last stage trains it, with random weights."""
    last = recipe.at_stage(-1)
    n_outputs = len(TASKS[last.task].outputs)
    if last.network == "unet":
        return UNet(n_outputs)
    if last.network == "mobilenet":
        stride = last.map_stride if last.trunk_stages == len(STAGES) else 16
        n_locations = (-(-last.stages[0].side_px // stride)) ** 2
        return MobileNetV1(
            n_outputs,
            n_locations if last.head == "flattened" else None,
            rates_quality=last.rates_quality,
            map_stride=last.map_stride,
            trunk_stages=last.trunk_stages,
            attends_to_lungs=last.attends_to_lungs,
        )
    return ThreeBlockDenseNet(
        n_outputs, last.n_head_channels, attends_to_lungs=last.attends_to_lungs
    )
