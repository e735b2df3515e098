"""Edits of ONNX graphs that tests of activation maps need.

The service's environment has no library to edit graphs, so this lies here and is passed to evaluation.
Source: Adebayo et al., 2018, arXiv:1810.03292 (weight randomisation).
"""

import numpy as np
import onnx
from onnx import numpy_helper

from raiox.entities import FloatArray
from raiox.lab.training.networks.onnx_import import FLOAT16_SUFFIX

FEATURES = "features"


def shuffle_weights(model: bytes, seed: int = 0) -> bytes:
    """The same graph with the values inside each weight of two or more dimensions permuted.

    Args:
        model: an ONNX file.
        seed: of the permutation.
    """
    graph = onnx.load_from_string(model)
    random = np.random.default_rng(seed)
    for weight in graph.graph.initializer:
        if len(weight.dims) > 1:
            values = numpy_helper.to_array(weight)
            order = random.permutation(values.size)
            permuted = values.ravel()[order].reshape(values.shape)
            weight.CopyFrom(numpy_helper.from_array(permuted, weight.name))
    content: bytes = graph.SerializeToString()
    return content


def expose_features(model: bytes) -> tuple[bytes, FloatArray]:
    """The same graph with the input of its head as one more output, and the head's weights.

    Args:
        model: an ONNX file whose maps are one convolution of its last features.

    Returns: the file, with the output `features` (N, D, h, w); weights (K, D).
    """
    graph = onnx.load_from_string(model)
    head = next(node for node in graph.graph.node if "maps" in node.output)
    same = onnx.helper.make_node("Identity", [head.input[0]], [FEATURES])
    info = onnx.helper.make_tensor_value_info(FEATURES, onnx.TensorProto.FLOAT, None)
    graph.graph.node.append(same)
    graph.graph.output.append(info)
    stored = (head.input[1], head.input[1] + FLOAT16_SUFFIX)
    weight = next(w for w in graph.graph.initializer if w.name in stored)
    content: bytes = graph.SerializeToString()
    values = numpy_helper.to_array(weight).astype(np.float32)
    return content, values.reshape(values.shape[0], -1)
