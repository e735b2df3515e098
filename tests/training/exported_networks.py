"""Networks as after training, and the graphs that serve them: an export takes seconds."""

from dataclasses import dataclass

import torch
from torch import nn

from raiox.lab.training.export.float16 import round_to_float16
from raiox.lab.training.export.onnx_export import to_onnx
from raiox.preprocessing import Preprocessing

SPEC = Preprocessing(side_px=64, fit="letterbox")
"""What the networks see."""


@dataclass(frozen=True)
class Exported:
    """A network in evaluation mode, and its ONNX file."""

    network: nn.Module
    model: bytes


def export(network: nn.Module) -> Exported:
    """Export it with batch norms that have statistics of their own."""
    generator = torch.Generator().manual_seed(0)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean = torch.randn(layer.num_features, generator=generator) * 0.1
            layer.running_var = torch.rand(layer.num_features, generator=generator) + 0.5
    rounded = round_to_float16(network.eval())
    return Exported(rounded, to_onnx(rounded, SPEC.side_px))
