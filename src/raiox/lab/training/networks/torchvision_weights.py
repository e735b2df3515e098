"""torchvision's ImageNet DenseNet-121 as weights of a trunk of three dense blocks on gray images.

torchvision itself is not needed: a file holds names and tensors. The trunk ends in the
batch norm that stands after the third dense block, which in DenseNet-121 opens the
third transition; what comes later (the fourth block, `norm5`, the classifier) is left out.

The published weights expect (x - mean) / std with another mean and std for each colour
(`COLOUR_MEAN`, `COLOUR_STD`), this project's networks gray with a single pair. The difference is
linear, so it moves into the first convolution and the batch norm behind it, and a recipe keeps
whatever mean and std it has: a teacher and its student must see the same pixels. That is exact but
for the zero padding: there the image ends in the recipe's mean (0.5) instead of ImageNet's
(about 0.45), in a margin of three pixels.
"""

import pickle
import re
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

Weights = Mapping[str, Tensor]

COLOUR_MEAN = (0.485, 0.456, 0.406)  # torchvision.models.DenseNet121_Weights.IMAGENET1K_V1
COLOUR_STD = (0.229, 0.224, 0.225)

_OURS = (
    (re.compile(r"^(denseblock[123]\.denselayer\d+)\.(norm|conv)\.?([12])\."), r"\1.layers.\2\3."),
    (re.compile(r"^transition3\.norm\."), "norm5."),
)
"""torchvision's names to the trunk's. Files of before 2018 write `norm.1`, later ones `norm1`."""

_LEFT_OUT = re.compile(r"^(denseblock4|norm5|transition3\.conv)\.")


def read_weights(file: Path) -> Weights:
    """Tensors by name from a .safetensors file, or from a .pth file without running its pickle.

    Raises:
        ValueError: it is neither, or holds something else.
    """
    try:
        if file.suffix == ".safetensors":
            tensors: dict[str, Tensor] = load_file(file)
            return tensors
        found = torch.load(file, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, SafetensorError, RuntimeError, EOFError) as error:
        raise ValueError("not a file of weights") from error
    if not isinstance(found, Mapping) or not all(isinstance(v, Tensor) for v in found.values()):
        raise ValueError("not a file of weights")
    return found


def trunk_weights(weights: Weights) -> dict[str, Tensor]:
    """The weights of DenseNet-121's first three blocks, under the trunk's names."""
    renamed = {}
    for name, tensor in weights.items():
        own_name = name.removeprefix("features.")
        if own_name == name or _LEFT_OUT.match(own_name):
            continue
        for theirs, ours in _OURS:
            own_name = theirs.sub(ours, own_name)
        renamed[own_name] = tensor
    return renamed


def fold_gray_input(trunk: Weights, mean: float, std: float) -> dict[str, Tensor]:
    """The same trunk for three equal channels of (x - mean) / std.

    With g the gray value, channel c of ImageNet is (g - m) / s, and g is std * x + mean: the
    convolution takes std / s, what it would have added for (mean - m) / s is taken off the mean
    that the batch norm behind it subtracts.
    """
    colour_mean, colour_std = torch.tensor(COLOUR_MEAN), torch.tensor(COLOUR_STD)
    convolution = trunk["conv0.weight"]
    offset = convolution.sum(dim=(2, 3)) @ ((mean - colour_mean) / colour_std)
    return {
        **trunk,
        "conv0.weight": convolution * (std / colour_std)[None, :, None, None],
        "norm0.running_mean": trunk["norm0.running_mean"] - offset,
    }
