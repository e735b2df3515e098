"""torchvision's DenseNet-121 weights arrive in the trunk, in both spellings of their names."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import batch_norm, conv2d, max_pool2d, relu

from raiox.lab.training.networks.densenet import ThreeBlockDenseNet
from raiox.lab.training.networks.torchvision_weights import COLOUR_MEAN, COLOUR_STD

BLOCKS = (6, 12, 24, 16)
GROWTH, BOTTLENECK = 32, 128


def layout() -> Iterator[tuple[str, tuple[int, ...]]]:
    """Name and shape of every tensor of torchvision's `densenet121().state_dict()`, by its rule."""
    yield "features.conv0.weight", (64, 3, 7, 7)
    yield from norm("features.norm0", 64)
    width = 64
    for block, n_layers in enumerate(BLOCKS, start=1):
        for layer in range(1, n_layers + 1):
            context = f"features.denseblock{block}.denselayer{layer}"
            yield from norm(f"{context}.norm1", width)
            yield f"{context}.conv1.weight", (BOTTLENECK, width, 1, 1)
            yield from norm(f"{context}.norm2", BOTTLENECK)
            yield f"{context}.conv2.weight", (GROWTH, BOTTLENECK, 3, 3)
            width += GROWTH
        if block < len(BLOCKS):
            yield from norm(f"features.transition{block}.norm", width)
            yield f"features.transition{block}.conv.weight", (width // 2, width, 1, 1)
            width //= 2
    yield from norm("features.norm5", width)
    yield "classifier.weight", (1000, width)
    yield "classifier.bias", (1000,)


def norm(context: str, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    for part in ("weight", "bias", "running_mean", "running_var"):
        yield f"{context}.{part}", (width,)
    yield f"{context}.num_batches_tracked", ()


def drawn(name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    if not shape:
        return torch.tensor(1)
    if name.endswith("running_var") or (".norm" in name and name.endswith("weight")):
        return torch.rand(shape, generator=generator) + 0.5
    scale = 1.0 if len(shape) < 4 else (2.0 / (shape[1] * shape[2] * shape[3])) ** 0.5
    return torch.randn(shape, generator=generator) * scale


@pytest.fixture(scope="module")
def published() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {name: drawn(name, shape, generator) for name, shape in layout()}


def spelled_as_before_2018(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """`norm.1` for `norm1`, and no counts of batches: the file torchvision still serves."""
    return {
        dotted(name): tensor
        for name, tensor in weights.items()
        if not name.endswith("num_batches_tracked")
    }


def dotted(name: str) -> str:
    for part in ("norm", "conv"):
        for number in "12":
            name = name.replace(f".{part}{number}.", f".{part}.{number}.")
    return name


@pytest.fixture
def network() -> ThreeBlockDenseNet:
    return ThreeBlockDenseNet(3, 64).eval()


def test_the_drawn_files_have_as_many_tensors_as_the_real_ones(
    published: dict[str, Tensor],
) -> None:
    assert len(published) == 727
    assert len(spelled_as_before_2018(published)) == 606
    assert "features.denseblock1.denselayer1.norm.1.weight" in spelled_as_before_2018(published)


@pytest.mark.parametrize("kind", ["old pth", "pth", "safetensors"])
def test_every_weight_of_the_trunk_comes_from_the_file(
    kind: str, published: dict[str, Tensor], network: ThreeBlockDenseNet, tmp_path: Path
) -> None:
    head = network.head.classifier.weight.clone()
    file = tmp_path / ("weights.safetensors" if kind == "safetensors" else "weights.pth")
    if kind == "old pth":
        # The format of the published file as well: it is older than torch's zip files.
        old = spelled_as_before_2018(published)
        torch.save(old, file, _use_new_zipfile_serialization=False)
    elif kind == "pth":
        torch.save(published, file)
    else:
        save_file(published, file)

    network.load_imagenet(file)

    trunk = network.trunk.state_dict()
    for ours, theirs in {
        "denseblock1.denselayer1.layers.norm1.weight": "denseblock1.denselayer1.norm1.weight",
        "denseblock2.denselayer12.layers.conv2.weight": "denseblock2.denselayer12.conv2.weight",
        "denseblock3.denselayer24.layers.norm2.running_var":
            "denseblock3.denselayer24.norm2.running_var",
        "transition2.conv.weight": "transition2.conv.weight",
        "norm0.bias": "norm0.bias",
        "norm5.running_mean": "transition3.norm.running_mean",
    }.items():  # fmt: skip
        assert torch.equal(trunk[ours], published[f"features.{theirs}"]), ours
    fresh = ThreeBlockDenseNet(3, 64).trunk.state_dict()
    same = [name for name in trunk if torch.equal(trunk[name], fresh[name])]
    assert [name for name in same if not name.endswith("num_batches_tracked")] == []
    assert torch.equal(network.head.classifier.weight, head)


@pytest.mark.parametrize(("mean", "std"), [(0.5, 0.5), (0.449, 0.226)])
def test_the_first_dense_layer_sees_what_it_saw_on_imagenet(
    mean: float,
    std: float,
    published: dict[str, Tensor],
    network: ThreeBlockDenseNet,
    tmp_path: Path,
) -> None:
    gray = torch.rand(2, 1, 64, 64, generator=torch.Generator().manual_seed(1))
    torch.save(published, tmp_path / "weights.pth")
    network.load_imagenet(tmp_path / "weights.pth", mean, std)

    ours = after_first_layer(network, (gray - mean) / std)

    inside = (..., slice(3, -2), slice(3, -2))  # beyond the reach of the zero padding
    expected = first_layer(published, gray)
    assert expected.std() > 0.1
    torch.testing.assert_close(ours[inside], expected[inside], atol=1e-4, rtol=1e-4)


def after_first_layer(network: ThreeBlockDenseNet, images: Tensor) -> Tensor:
    seen: list[Tensor] = []
    layer: nn.Module = network.trunk.denseblock1.denselayer1
    layer.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    with torch.no_grad():
        network(images)
    return seen[0]


def first_layer(weights: dict[str, Tensor], gray: Tensor) -> Tensor:
    """DenseNet-121 up to its first dense layer on gray as colour, written out from the paper."""

    def normalise(features: Tensor, context: str) -> Tensor:
        parts = ("running_mean", "running_var", "weight", "bias")
        return batch_norm(features, *(weights[f"features.{context}.{part}"] for part in parts))

    mean, std = (torch.tensor(c)[None, :, None, None] for c in (COLOUR_MEAN, COLOUR_STD))
    colour = (gray - mean) / std
    stem = conv2d(colour, weights["features.conv0.weight"], stride=2, padding=3)
    stem = max_pool2d(relu(normalise(stem, "norm0")), 3, stride=2, padding=1)
    context = "denseblock1.denselayer1"
    narrow = conv2d(
        relu(normalise(stem, f"{context}.norm1")), weights[f"features.{context}.conv1.weight"]
    )
    new = conv2d(
        relu(normalise(narrow, f"{context}.norm2")),
        weights[f"features.{context}.conv2.weight"],
        padding=1,
    )
    return torch.cat((stem, new), dim=1)


@pytest.mark.parametrize(
    "spoilt",
    ["features.transition3.norm.bias", "features.conv0.weight",
     "features.denseblock3.denselayer7.conv2.weight"],
)  # fmt: skip
def test_refuses_a_file_that_leaves_a_weight_without_a_value(
    spoilt: str, published: dict[str, Tensor], network: ThreeBlockDenseNet, tmp_path: Path
) -> None:
    torch.save({k: v for k, v in published.items() if k != spoilt}, tmp_path / "w.pth")

    with pytest.raises(ValueError, match="not DenseNet-121"):
        network.load_imagenet(tmp_path / "w.pth")


def test_refuses_a_weight_of_another_shape(
    published: dict[str, Tensor], network: ThreeBlockDenseNet, tmp_path: Path
) -> None:
    other = {**published, "features.conv0.weight": torch.zeros(96, 3, 7, 7)}
    torch.save(other, tmp_path / "w.pth")

    with pytest.raises(ValueError, match="conv0"):
        network.load_imagenet(tmp_path / "w.pth")


def test_refuses_a_deeper_densenet(
    published: dict[str, Tensor], network: ThreeBlockDenseNet, tmp_path: Path
) -> None:
    deeper = {**published, "features.denseblock3.denselayer25.conv1.weight": torch.zeros(128, 1024)}
    torch.save(deeper, tmp_path / "w.pth")

    with pytest.raises(ValueError, match="denselayer25"):
        network.load_imagenet(tmp_path / "w.pth")


@pytest.mark.parametrize("name", ["w.pth", "w.safetensors"])
@pytest.mark.parametrize("content", [b"", b"no weights", b"\x80\x02cos\nsystem\n."])
def test_refuses_what_is_no_file_of_weights(
    name: str, content: bytes, network: ThreeBlockDenseNet, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(ValueError, match="not a file of weights"):
        network.load_imagenet(tmp_path / name)
