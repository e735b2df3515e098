"""A bundle's weights back into a network, so that whoever holds a bundle can teach it more.

The exporter keeps the parameters' names; only the classifier's matrix becomes the
convolution that draws the maps. What is read back gives the bundle's own answers.
"""

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from raiox.bundle import Bundle
from raiox.lab.training.export.float16 import STORED_HALF

CLASSIFIER = "head.classifier.weight"
_SERVED = "network."  # `graph.ServingModule` holds the network under this name


def bundle_weights(bundle: Bundle) -> dict[str, Tensor]:
    """Tensors of the bundle's network by parameter name, float32.

    Raises:
        ValueError: its graph is none that `graph.to_onnx` wrote.
    """
    graph = onnx.load_from_string(bundle.model).graph
    stored = {
        weight.name.removesuffix(STORED_HALF): numpy_helper.to_array(weight)
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
