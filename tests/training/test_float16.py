"""float16 weights: nothing about the outputs of the graph changes."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from raiox.lab.training.export.float16 import round_to_float16, store_as_float16

RANDOM = np.random.default_rng(0)
EXACT = RANDOM.normal(size=(4, 1, 3, 3)).astype(np.float16).astype(np.float32)
INEXACT = (RANDOM.normal(size=(2, 4, 1, 1)) + 1e-5).astype(np.float32)
BIAS = RANDOM.normal(size=2).astype(np.float32)
IMAGES = RANDOM.normal(size=(3, 1, 8, 8)).astype(np.float32)


@pytest.fixture
def model() -> onnx.ModelProto:
    """Two convolutions: float16 holds the weights of the first, not those of the second."""
    nodes = [
        helper.make_node("Conv", ["image", "exact"], ["features"]),
        helper.make_node("Conv", ["features", "inexact", "bias"], ["logits"]),
    ]
    arrays = {"exact": EXACT, "inexact": INEXACT, "bias": BIAS}
    graph = helper.make_graph(
        nodes,
        "drawn",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 1, 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2, 6, 6])],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def opened(model: onnx.ModelProto, optimised: Path | None = None) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.log_severity_level = 3  # it warns that an optimised file fits this machine only
    if optimised is not None:
        options.optimized_model_filepath = str(optimised)
    return ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def outputs(model: onnx.ModelProto) -> np.ndarray:
    return np.asarray(opened(model).run(None, {"image": IMAGES})[0])


def test_rounding_moves_weights_to_what_float16_holds_and_leaves_vectors_alone() -> None:
    network = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8))
    with torch.no_grad():
        network[1].weight.fill_(1 / 3)

    nearest = round_to_float16(network)

    assert torch.equal(nearest[0].weight, network[0].weight.half().float())
    assert not torch.equal(nearest[0].weight, network[0].weight)
    assert torch.equal(nearest[0].bias, network[0].bias)
    assert torch.equal(nearest[1].weight, network[1].weight)


def test_only_weights_that_lose_nothing_are_stored_in_two_bytes(model: onnx.ModelProto) -> None:
    store_as_float16(model)

    types = {tensor.name: tensor.data_type for tensor in model.graph.initializer}
    assert types == {
        "exact.float16": TensorProto.FLOAT16,
        "inexact": TensorProto.FLOAT,
        "bias": TensorProto.FLOAT,
    }
    onnx.checker.check_model(model)


def test_a_weight_beyond_float16_stays_as_it_is(model: onnx.ModelProto) -> None:
    huge = np.full_like(EXACT, 1e6)
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(huge, "exact"))

    store_as_float16(model)

    np.testing.assert_array_equal(numpy_helper.to_array(model.graph.initializer[0]), huge)


def test_the_graph_of_half_the_size_gives_the_same_outputs_to_the_last_bit(
    model: onnx.ModelProto,
) -> None:
    before = outputs(model)

    store_as_float16(model)

    assert outputs(model).tobytes() == before.tobytes()


def test_the_runtime_casts_once_when_it_opens_the_graph(
    model: onnx.ModelProto, tmp_path: Path
) -> None:
    store_as_float16(model)

    opened(model, tmp_path / "optimised.onnx")

    left = {node.op_type for node in onnx.load(tmp_path / "optimised.onnx").graph.node}
    assert "Cast" in {node.op_type for node in model.graph.node}
    assert "Cast" not in left
