"""What tests of activation maps do to a graph: shuffle its weights, show its last features.

The service's environment edits no graph, so this lies here and evaluation is handed it.
Source: Adebayo et al., 2018, arXiv:1810.03292 (weight randomisation).
"""

import numpy as np
import onnx
from onnx import numpy_helper

from raiox.entities import FloatArray

FEATURES = "features"


def shuffled(model: bytes, seed: int = 0) -> bytes:
    """The same graph whose weights of two or more dimensions keep their values, not their places.

    Args:
        model: an ONNX file.
        seed: of the shuffling.
    """
    graph = onnx.load_from_string(model)
    random = np.random.default_rng(seed)
    for weight in graph.graph.initializer:
        if len(weight.dims) > 1:
            values = numpy_helper.to_array(weight)
            places = random.permutation(values.size)
            moved = values.ravel()[places].reshape(values.shape)
            weight.CopyFrom(numpy_helper.from_array(moved, weight.name))
    content: bytes = graph.SerializeToString()
    return content


def with_features(model: bytes) -> tuple[bytes, FloatArray]:
    """The same graph that also tells what its head reads, and the head's weights.

    Args:
        model: an ONNX file whose maps are one convolution of its last features.

    Returns: the file, with the output `features` (N, D, h, w); weights (K, D).
    """
    graph = onnx.load_from_string(model)
    head = next(node for node in graph.graph.node if "maps" in node.output)
    same = onnx.helper.make_node("Identity", [head.input[0]], [FEATURES])
    told = onnx.helper.make_tensor_value_info(FEATURES, onnx.TensorProto.FLOAT, None)
    graph.graph.node.append(same)
    graph.graph.output.append(told)
    stored = (head.input[1], f"{head.input[1]}.float16")
    weight = next(w for w in graph.graph.initializer if w.name in stored)
    content: bytes = graph.SerializeToString()
    values = numpy_helper.to_array(weight).astype(np.float32)
    return content, values.reshape(values.shape[0], -1)
