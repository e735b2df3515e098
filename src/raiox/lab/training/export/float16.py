"""float16 weights in the file, float32 in the computation: bundles of half the size.

Arrays of two or more dimensions (convolutions, the classifier) are stored as float16, followed by a
Cast to float32 that a runtime computes once, when it opens the graph. Storing loses nothing: the
network is rounded beforehand, and what float16 cannot hold exactly stays as it is. Vectors (batch
norm, biases) stay float32: they are few, and a variance may be smaller than float16 reaches.
"""

import copy

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from raiox.lab.training.networks.onnx_import import FLOAT16_SUFFIX


def round_to_float16(network: nn.Module) -> nn.Module:
    """A copy whose weights of two or more dimensions are the nearest that float16 holds."""
    nearest = copy.deepcopy(network)
    with torch.no_grad():
        for weight in nearest.parameters():
            if weight.dim() > 1:
                weight.copy_(weight.half().float())
    return nearest


def store_as_float16(model: onnx.ModelProto) -> None:
    """Store the weights that float16 holds exactly in it; the graph computes what it did."""
    graph = model.graph
    casts = [cast for weight in graph.initializer if (cast := _halve(weight)) is not None]
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def _halve(weight: onnx.TensorProto) -> onnx.NodeProto | None:
    """The node that gives a weight back under its name; None where it stays float32."""
    if weight.data_type != TensorProto.FLOAT or len(weight.dims) < 2:  # noqa: PLR2004 - a matrix
        return None
    values = numpy_helper.to_array(weight)
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    if not np.array_equal(half.astype(np.float32), values):
        return None
    name = weight.name
    stored = name + FLOAT16_SUFFIX
    weight.CopyFrom(numpy_helper.from_array(half, stored))
    return helper.make_node("Cast", [stored], [name], to=TensorProto.FLOAT)
