"""DenseNet-121 cut after its third dense block: the classifier's network.

Source: Huang et al., 2017, doi:10.1109/CVPR.2017.243; the paper, section 2.2 and
Figure 2. The paper's text puts a convolution after the blocks, the authors' code
does not (it pools and classifies): `n_head_channels` is the switch, None for the
code. The blocks themselves are MONAI's.
"""

from pathlib import Path

from monai.networks.nets.densenet import DenseNet
from torch import Tensor, nn

from raiox.lab.training.networks.head import ActivationMapHead, NetworkOutput, three_channels
from raiox.lab.training.networks.torchvision_weights import (
    fold_gray_input,
    read_weights,
    trunk_weights,
)

PAPER_BLOCKS = (6, 12, 24)
N_TRUNK_FEATURES = 1024


class ThreeBlockDenseNet(nn.Module):
    """Gray image to activation maps at stride 16."""

    def __init__(
        self, n_outputs: int, n_head_channels: int | None, *, attends_to_lungs: bool = False
    ) -> None:
        super().__init__()
        monai = DenseNet(spatial_dims=2, in_channels=3, out_channels=1, block_config=PAPER_BLOCKS)
        self.trunk = monai.features
        self.squeeze = _squeeze(n_head_channels)
        self.head = ActivationMapHead(
            n_head_channels or N_TRUNK_FEATURES, n_outputs, attends_to_lungs=attends_to_lungs
        )

    @property
    def early_layers(self) -> tuple[nn.Module, ...]:
        """The layers whose features carry style: strides 4, 8 and 16, before each dense block."""
        return self.trunk.pool0, self.trunk.transition1, self.trunk.transition2

    def forward(self, images: Tensor) -> NetworkOutput:
        """(N, 1, H, W), normalised."""
        features, hints = three_channels(images), []
        for name, layer in self.trunk.named_children():
            features = layer(features)
            if name.startswith("denseblock"):
                hints.append(features)
        features = self.squeeze(nn.functional.relu(features))
        logits, maps, embedding, lungs = self.head(features)
        return NetworkOutput(logits, maps, embedding, tuple(hints), lungs=lungs)

    def load_imagenet(self, file: Path, mean: float = 0.5, std: float = 0.5) -> None:
        """Start from torchvision's ImageNet weights of DenseNet-121; squeeze and head stay new.

        Args:
            file: its state dict as .pth or .safetensors, e.g. `densenet121-a639ec97.pth`.
            mean: the recipe's; `Preprocessing` has the same default.
            std: likewise. Both are folded in (see `torchvision_weights`), so none is better.

        Raises:
            ValueError: the file leaves a weight of the trunk without a value.
        """
        found, own = trunk_weights(read_weights(file)), self.trunk.state_dict()
        missing = [
            name
            for name, weight in own.items()
            # The count of batches is absent from older files, and nothing here reads it.
            if weight.dim() and (name not in found or found[name].shape != weight.shape)
        ]
        if missing or not found.keys() <= own.keys():
            wrong = missing or sorted(found.keys() - own.keys())
            raise ValueError(f"not DenseNet-121 weights: {wrong[:3]}")
        self.trunk.load_state_dict({**own, **fold_gray_input(found, mean, std)})


def _squeeze(n_channels: int | None) -> nn.Module:
    if n_channels is None:
        return nn.Identity()
    return nn.Sequential(
        nn.Conv2d(N_TRUNK_FEATURES, n_channels, 1, bias=False),
        nn.BatchNorm2d(n_channels),
        nn.ReLU(inplace=True),
    )
