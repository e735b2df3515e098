"""The network of a bundle in PyTorch, without the recipe that trained it."""

import numpy as np
from torch import nn

from raiox.bundle import Bundle
from raiox.inference.session import NetworkSession
from raiox.lab.errors import BundleNetworkUnknownError
from raiox.lab.training.networks.densenet import ThreeBlockDenseNet
from raiox.lab.training.networks.mobilenet import STAGES, MobileNetV1
from raiox.lab.training.networks.onnx_import import bundle_weights

COUNTED = "num_batches_tracked"
"""Ends the names of what the graph of a bundle does not hold, and serving does not need."""
FINE_STRIDE = 16


def network_of(bundle: Bundle) -> nn.Module:
    """The network with the bundle's weights, in evaluation mode.

    Raises:
        BundleNetworkUnknownError: it is none of the classifiers that recipes describe.
    """
    manifest = bundle.manifest
    n_outputs = len(manifest.labels)
    if manifest.role != "classifier":
        raise BundleNetworkUnknownError(bundle=manifest.id)
    try:
        weights = bundle_weights(bundle)
    except ValueError as error:
        raise BundleNetworkUnknownError(bundle=manifest.id) from error
    attends = "head.attention.weight" in weights
    network: nn.Module
    if manifest.architecture == "densenet":
        squeeze = weights.get("squeeze.0.weight")
        n_channels = None if squeeze is None else len(squeeze)
        network = ThreeBlockDenseNet(n_outputs, n_channels, attends_to_lungs=attends)
    else:
        is_whole = any(name.startswith(f"blocks.{len(STAGES) - 1}.") for name in weights)
        network = MobileNetV1(
            n_outputs,
            map_stride=16 if _stride(bundle) == FINE_STRIDE else 32,
            trunk_stages=5 if is_whole else 4,
            attends_to_lungs=attends,
        )
    own = network.state_dict()
    needed = {name for name in own if not name.endswith(COUNTED)}
    if needed != weights.keys() or any(own[n].shape != weights[n].shape for n in needed):
        raise BundleNetworkUnknownError(bundle=manifest.id)
    network.load_state_dict({**own, **weights})
    return network.eval()


def _stride(bundle: Bundle) -> int:
    """Input pixels per pixel of the activation maps."""
    side = bundle.manifest.preprocessing.side_px
    maps = NetworkSession(bundle, 1).run(np.zeros((1, 1, side, side), np.float32))["maps"]
    return side // int(maps.shape[-1])
