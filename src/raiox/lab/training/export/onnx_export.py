"""A network as one ONNX graph that gives logits, activation maps and embedding in one pass."""

import logging
import warnings

import numpy as np
import onnx
import torch
from onnxscript import optimizer
from torch import Tensor, nn

from raiox.bundle import Bundle
from raiox.entities import FloatArray
from raiox.inference.session import NetworkSession
from raiox.lab.training.export.float16 import store_as_float16

MAX_PARITY_ERROR = 1e-4
"""Largest difference between torch's and a runtime's logits that is still the same network."""


OUTPUTS = ("logits", "maps", "embedding", "quality")
"""Outputs of a graph, in this order; the last from a network that rates image quality."""


class ServingModule(nn.Module):
    """The network without what only training needs."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """(N, 1, S, S) to logits (N, K), maps (N, K, h, w), embedding (N, D), perhaps quality (N,)."""
        output = self.network(image)
        outputs = (output.logits, output.maps, output.embedding)
        return outputs if output.quality is None else (*outputs, output.quality)


def to_onnx(network: nn.Module, side_px: int) -> bytes:
    """The network as one ONNX file: `image` (N, 1, S, S) to `logits`, `maps`, `embedding`.

    Args:
        network: rounded by `round_to_float16`; other weights are stored at twice the size.
        side_px: S.
    """
    served, example = ServingModule(network).eval(), torch.zeros(2, 1, side_px, side_px)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it warns that torchvision is absent
    with warnings.catch_warnings():
        # The exporter warns of its own deprecated internals; nothing of ours can change that.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            served,
            (example,),
            input_names=["image"],
            output_names=list(OUTPUTS[: len(served(example))]),
            dynamo=True,
            external_data=False,
            # It would fold batch norms into weights, and they would no longer fit into float16;
            # runtimes fold them as they open the graph, once its constants are plain.
            optimize=False,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    optimizer.fold_constants(model)
    optimizer.remove_unused_nodes(model)
    store_as_float16(model)
    return strip_exporter_notes(free_batch(model))


def free_batch(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph for any number of images, `batch`, from that of the example.

    torch would trace with a batch of unknown size too; the graph has the same nodes and takes several
    times longer.

    Raises:
        ValueError: some node holds the number of images, so an output does not follow it.
    """
    model.graph.ClearField("value_info")
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "batch"
    freed = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    for output in freed.graph.output:
        n_images = output.type.tensor_type.shape.dim[0]
        if n_images.dim_value:
            raise ValueError(f"{output.name} holds {n_images.dim_value} images")
        n_images.dim_param = "batch"
    return freed


def strip_exporter_notes(model: onnx.ModelProto) -> bytes:
    """Serialise without the exporter's notes, which contain paths of the machine it ran on."""
    graph = model.graph
    for noted in (model, graph, *graph.node, *graph.initializer, *graph.value_info,
                  *graph.input, *graph.output):  # fmt: skip
        noted.ClearField("doc_string")
        noted.ClearField("metadata_props")
    content: bytes = model.SerializeToString()
    return content


def parity_error(network: nn.Module, bundle: Bundle, images: FloatArray) -> float:
    """Largest difference of any logit between the network and its exported graph.

    Args:
        network: in evaluation mode.
        bundle: holds the graph.
        images: (N, 1, S, S) float32, preprocessed.
    """
    with torch.no_grad():
        expected = network(torch.from_numpy(images)).logits.numpy()
    computed = NetworkSession(bundle, n_threads=1).run(images)["logits"]
    return float(np.abs(expected - computed).max())
