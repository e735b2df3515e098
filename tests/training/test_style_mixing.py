"""MixStyle: channel statistics move between images, the pattern of the features stays."""

import torch

from raiox.lab.training.augment.style_mixing import mix_batch_styles, mix_styles
from raiox.lab.training.networks.mobilenet import MobileNetV1


def test_mixed_features_keep_their_shape_and_take_a_style_of_the_batch() -> None:
    torch.manual_seed(0)
    features = torch.randn(16, 3, 8, 8) * torch.linspace(1, 5, 16).view(-1, 1, 1, 1)

    changed = mix_batch_styles(features)

    def outline(images: torch.Tensor) -> torch.Tensor:
        return (images - images.mean((2, 3), keepdim=True)) / images.std((2, 3), keepdim=True)

    assert torch.allclose(outline(changed), outline(features), atol=1e-4)
    assert not torch.allclose(changed, features, atol=1e-2)
    spread = changed.std((2, 3))
    assert spread.min() >= features.std((2, 3)).min() * 0.99
    assert spread.max() <= features.std((2, 3)).max() * 1.01


def test_only_training_mixes() -> None:
    torch.manual_seed(0)
    network = MobileNetV1(3)
    images = torch.rand(4, 1, 64, 64)
    plain = network.eval()(images).logits

    mix_styles(network.early_layers, 1.0)

    assert torch.equal(network.eval()(images).logits, plain)
    network.blocks.train()
    torch.manual_seed(1)
    first = network(images).logits
    torch.manual_seed(2)
    assert not torch.equal(network(images).logits, first)
