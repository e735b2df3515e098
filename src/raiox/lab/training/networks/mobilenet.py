"""MobileNet v1, the network of the classifier and of the frontal filter.

Source: Howard et al., 2017, arXiv:1704.04861, Table 1; the paper, section 2.1.
Parameter names follow timm's `mobilenetv1_100`, so the ImageNet weights in that
layout load as they are; TensorFlow's SAME padding and batch-norm epsilon too.
"""

from pathlib import Path
from typing import Literal

from safetensors.torch import load_file
from torch import Tensor, nn

from raiox.lab.training.networks.head import (
    ActivationMapHead,
    FlattenedHead,
    NetworkOutput,
    three_channels,
)

STAGES = (((32, 64, 1),), ((64, 128, 2), (128, 128, 1)), ((128, 256, 2), (256, 256, 1)),
          ((256, 512, 2), *((512, 512, 1),) * 5), ((512, 1024, 2), (1024, 1024, 1)))  # fmt: skip
"""(in, out, stride) of each depthwise separable block."""

COARSEST = 32
FINE_LAST_STAGE = ((512, 1024, 1), (1024, 1024, 1, 2))
"""The last stage without its halving; its second block is dilated instead."""

BATCH_NORM_EPSILON = 1e-3  # TensorFlow's, with which the ImageNet weights were trained


class SamePadConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow's SAME: the odd pixel goes right and below."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch names it so
        """(N, C, H, W) to (N, C', ceil(H / stride), ceil(W / stride))."""
        pads = []
        for size, kernel, stride, step in zip(
            input.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1], self.dilation[::-1],
            strict=True,
        ):  # fmt: skip
            reach = (kernel - 1) * int(step) + 1
            total = max((-(-size // stride) - 1) * stride + reach - size, 0)
            pads += [total // 2, total - total // 2]
        return super().forward(nn.functional.pad(input, pads))


class SeparableBlock(nn.Module):
    """A depthwise 3x3 convolution, then a pointwise one, each with batch norm and ReLU6."""

    def __init__(self, n_in: int, n_out: int, stride: int, dilation: int = 1) -> None:
        super().__init__()
        self.conv_dw = SamePadConv2d(
            n_in, n_in, 3, stride, dilation=dilation, groups=n_in, bias=False
        )
        self.bn1 = nn.BatchNorm2d(n_in, BATCH_NORM_EPSILON)
        self.conv_pw = nn.Conv2d(n_in, n_out, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(n_out, BATCH_NORM_EPSILON)
        self.act = nn.ReLU6(inplace=True)

    def forward(self, features: Tensor) -> Tensor:
        """(N, n_in, H, W) to (N, n_out, H / stride, W / stride)."""
        features = self.act(self.bn1(self.conv_dw(features)))
        pointwise: Tensor = self.act(self.bn2(self.conv_pw(features)))
        return pointwise


class MobileNetV1(nn.Module):
    """The network of width 1.0 on gray images, ending in activation maps.

    `n_locations` gives it the authors' flattened head instead of the pooled one; `rates_quality`
    one more output. `map_stride` 16 leaves out the last halving and spreads the last depthwise
    convolution instead, so that the same weights keep their receptive field and give maps twice as fine
    (Chen et al., 2018, arXiv:1706.05587). `trunk_stages` 4 leaves the last stage out, as the paper
    does with the last block of its DenseNet: maps of stride 16 from 512 features that see less around them.
    """

    def __init__(
        self,
        n_outputs: int,
        n_locations: int | None = None,
        *,
        rates_quality: bool = False,
        map_stride: Literal[16, 32] = 32,
        trunk_stages: Literal[4, 5] = 5,
        attends_to_lungs: bool = False,
    ) -> None:
        super().__init__()
        self.conv_stem = SamePadConv2d(3, 32, 3, 2, bias=False)
        self.bn1 = nn.BatchNorm2d(32, BATCH_NORM_EPSILON)
        self.act = nn.ReLU6(inplace=True)
        last = STAGES[-1] if map_stride == COARSEST else FINE_LAST_STAGE
        stages = (*STAGES[:-1], last)[:trunk_stages]
        n_features = stages[-1][-1][1]
        self.blocks = nn.ModuleList(
            nn.Sequential(*(SeparableBlock(*block) for block in stage)) for stage in stages
        )
        self.head = (
            ActivationMapHead(n_features, n_outputs, attends_to_lungs=attends_to_lungs)
            if n_locations is None
            else FlattenedHead(n_features, n_locations, n_outputs)
        )
        self.quality = nn.Linear(n_features, 1) if rates_quality else None

    @property
    def early_layers(self) -> tuple[nn.Module, ...]:
        """The layers whose features carry style: strides 2, 4 and 8."""
        return tuple(self.blocks[:3])

    def forward(self, images: Tensor) -> NetworkOutput:
        """(N, 1, H, W) normalised by mean 0.5 and standard deviation 0.5."""
        features = self.act(self.bn1(self.conv_stem(three_channels(images))))
        after: list[Tensor] = []
        for stage in self.blocks:
            features = stage(features)
            after.append(features)
        logits, maps, embedding, lungs = self.head(features)
        quality = None if self.quality is None else self.quality(embedding)[:, 0].sigmoid()
        hints = after[1], after[2], after[3]
        return NetworkOutput(logits, maps, embedding, hints, quality, lungs)

    def load_imagenet(self, file: Path) -> None:
        """Start from ImageNet weights in timm's layout; the classifier stays new."""
        weights = load_file(file)
        beyond = ("classifier.", *(f"blocks.{i}." for i in range(len(self.blocks), len(STAGES))))
        weights = {k: v for k, v in weights.items() if not k.startswith(beyond)}
        missing, unexpected = self.load_state_dict(weights, strict=False)
        if unexpected or any(not name.startswith(("head.", "quality.")) for name in missing):
            raise ValueError(f"not MobileNet v1 weights: {unexpected or missing}")
