"""The weights of a bundle's ONNX graph as PyTorch tensors, so that training can start from a bundle.

The exporter keeps the names of parameters; only the classifier's matrix becomes the convolution that
gives the activation maps. A network filled with them gives the bundle's own outputs.
"""

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from raiox.bundle import Bundle

CLASSIFIER = "head.classifier.weight"

FLOAT16_SUFFIX = ".float16"
"""Ends the name of a weight that is stored as float16 and cast to float32."""

_SERVED = "network."  # `onnx_export.ServingModule` holds the network under this name


def bundle_weights(bundle: Bundle) -> dict[str, Tensor]:
    """Tensors of the bundle's network by parameter name, float32.

    Raises:
        ValueError: its graph was not written by `onnx_export.to_onnx`.
    """
    graph = onnx.load_from_string(bundle.model).graph
    stored = {
        weight.name.removesuffix(FLOAT16_SUFFIX): numpy_helper.to_array(weight)
        for weight in graph.initializer
    }
    found = {
        name.removeprefix(_SERVED): array
        for name, array in stored.items()
        if name.startswith(_SERVED)
    }
    if CLASSIFIER not in found:  # it became the convolution that draws the maps
        drawing = next((node for node in graph.node if "maps" in node.output), None)
        if drawing is None or len(drawing.input) < 2 or drawing.input[1] not in stored:  # noqa: PLR2004 - a convolution
            raise ValueError("the graph draws no maps from a stored weight")
        found[CLASSIFIER] = stored[drawing.input[1]][:, :, 0, 0]
    return {name: torch.tensor(array, dtype=torch.float32) for name, array in found.items()}
