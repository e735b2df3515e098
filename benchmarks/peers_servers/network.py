# ruff: noqa: INP001  (a file that is run beside the servers, not a package)
"""DenseNet-121 with three outputs in eager torch, and the heatmap that gradients give."""

import io

import numpy as np
import torch
from monai.networks.nets import DenseNet121
from PIL import Image

SIDE_PX = 224


def open_network() -> torch.nn.Module:
    """Random weights: time does not depend on them."""
    torch.manual_seed(0)
    torch.set_num_threads(torch.get_num_threads())
    network = DenseNet121(spatial_dims=2, in_channels=1, out_channels=3).eval()
    return network.to(memory_format=torch.channels_last)


def decode(content: bytes) -> torch.Tensor:
    """(1, 1, 224, 224), scaled to [-1, 1]; decoded in the server's own process, unchecked."""
    image = Image.open(io.BytesIO(content)).convert("L").resize((SIDE_PX, SIDE_PX))
    pixels = np.asarray(image, np.float32) / 127.5 - 1
    return torch.from_numpy(pixels)[None, None]


def grad_cam(network: torch.nn.Module, images: torch.Tensor) -> tuple[list[float], torch.Tensor]:
    """Scores and the map of the best one. Source: Selvaraju et al., 2017, arXiv:1610.02391."""
    features = network.features(images)
    features.retain_grad()
    scores = network.class_layers(features).softmax(dim=1)
    scores[0, int(scores.argmax())].backward()
    weights = features.grad.mean(dim=(2, 3), keepdim=True)
    heatmap = torch.relu((weights * features).sum(dim=1))
    return scores[0].tolist(), heatmap.detach()
