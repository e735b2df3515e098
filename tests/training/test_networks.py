"""The two networks: shapes, the head's identity, the weights they accept."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from raiox.lab.training.networks.densenet import ThreeBlockDenseNet
from raiox.lab.training.networks.mobilenet import MobileNetV1, SamePadConv2d


@pytest.mark.parametrize(
    ("network", "stride", "width"),
    [
        (MobileNetV1(3), 32, 1024),
        (ThreeBlockDenseNet(3, None), 16, 1024),
        (ThreeBlockDenseNet(3, 64), 16, 64),
        (MobileNetV1(3, map_stride=16, attends_to_lungs=True), 16, 1024),
        (MobileNetV1(3, trunk_stages=4, attends_to_lungs=True), 16, 512),
        (ThreeBlockDenseNet(3, 64, attends_to_lungs=True), 16, 64),
    ],
)
def test_the_mean_of_a_map_and_the_bias_are_the_logit(
    network: nn.Module, stride: int, width: int
) -> None:
    output = network.eval()(torch.randn(2, 1, 96, 96))

    cells = 96 // stride
    assert output.maps.shape == (2, 3, cells, cells)
    assert output.embedding.shape == (2, width)
    expected = network.head.classifier(output.embedding)
    torch.testing.assert_close(output.logits, expected, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(
        output.maps.mean(dim=(2, 3)) + network.head.classifier.bias, expected, atol=1e-4, rtol=1e-4
    )


def test_hints_of_teacher_and_student_lie_on_the_same_grids() -> None:
    images = torch.randn(1, 1, 64, 64)

    grids = [
        [hint.shape[-2:] for hint in network.eval()(images).hints]
        for network in (MobileNetV1(3), ThreeBlockDenseNet(3, None))
    ]

    assert grids[0] == grids[1] == [(16, 16), (8, 8), (4, 4)]


def test_the_trunk_is_densenet_121_without_its_fourth_block() -> None:
    trunk = ThreeBlockDenseNet(3, None).trunk

    n_layers = [len(block) for name, block in trunk.named_children() if "denseblock" in name]
    assert n_layers == [6, 12, 24]
    assert 4.2e6 < sum(p.numel() for p in trunk.parameters()) < 4.3e6


@pytest.mark.parametrize(("size", "stride"), [(7, 1), (7, 2), (8, 2), (160, 2)])
def test_same_padding_gives_the_size_tensorflow_gives(size: int, stride: int) -> None:
    convolution = SamePadConv2d(1, 1, 3, stride)

    assert convolution(torch.zeros(1, 1, size, size)).shape[-1] == -(-size // stride)


def test_same_padding_puts_the_odd_pixel_right_and_below() -> None:
    convolution = SamePadConv2d(1, 1, 3, 2, bias=False)
    nn.init.zeros_(convolution.weight)
    convolution.weight.data[0, 0, 0, 0] = 1.0
    image = torch.arange(16.0).view(1, 1, 4, 4)

    assert convolution(image)[0, 0].tolist() == [[0, 2], [8, 10]]


@pytest.mark.parametrize("trunk_stages", [4, 5])
def test_loads_imagenet_weights_and_keeps_its_own_head(trunk_stages: int, tmp_path: Path) -> None:
    source, target = MobileNetV1(1000), MobileNetV1(3, trunk_stages=trunk_stages)
    weights = {k: v for k, v in source.state_dict().items() if not k.startswith("head.")}
    save_file({**weights, "classifier.weight": torch.zeros(1000, 1024)}, tmp_path / "w.safetensors")
    head = target.head.classifier.weight.clone()

    target.load_imagenet(tmp_path / "w.safetensors")

    assert torch.equal(target.conv_stem.weight, source.conv_stem.weight)
    assert torch.equal(target.head.classifier.weight, head)


def test_refuses_weights_of_another_network(tmp_path: Path) -> None:
    save_file({"features.conv0.weight": torch.zeros(1)}, tmp_path / "w.safetensors")

    with pytest.raises(ValueError, match="not MobileNet"):
        MobileNetV1(3).load_imagenet(tmp_path / "w.safetensors")


def test_finer_maps_hold_what_the_coarse_ones_held() -> None:
    """The last halving keeps every second location, where both maps agree."""
    coarse, fine = MobileNetV1(3).eval(), MobileNetV1(3, map_stride=16).eval()
    fine.load_state_dict(coarse.state_dict())
    images = torch.rand(2, 1, 96, 96)

    with torch.no_grad():
        few, many = coarse(images).maps, fine(images).maps

    assert few.shape[2:] == (3, 3)
    assert many.shape[2:] == (6, 6)
    torch.testing.assert_close(many[:, :, 1::2, 1::2], few)
