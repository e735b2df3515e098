# ruff: noqa: INP001  (beside a file that is run, not a package)
"""The table and the plot of benchmarks/image_sizes.py."""

import math
import statistics
from dataclasses import dataclass, field
from typing import Final

from pictures import Picture

UPLOAD: Final = "upload with its answer"
DECODE: Final = "sandboxed decode alone"
NETWORKS: Final = "networks alone"
COLOURS: Final = {UPLOAD: "#1a4e8a", DECODE: "#b45309", NETWORKS: "#15803d"}
FROM_MEGAPIXELS: Final = 4
"""Below, what an upload costs whatever its size hides how it grows."""
STRAIGHT: Final = 1.1
"""An exponent up to this is linear: large images leave the caches, and rounds differ."""
WIDTH: Final = 640
HEIGHT: Final = 400
LEFT: Final = 64
RIGHT: Final = 180
TOP: Final = 16
BOTTOM: Final = 48


@dataclass
class Measured:
    """One way with images of one size, over all rounds."""

    name: str
    megapixels: float
    p50_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    """Of all processes, for each request."""

    @property
    def ms(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.p50_ms)


def table(measured: list[Measured], pictures: list[Picture]) -> str:
    """The figures as Markdown, and how they grow."""
    names = list(COLOURS)
    heads = ["megapixels", "MB", f"{UPLOAD}, p50 ms", "per megapixel", "processor ms"]
    heads += [f"{name}, {kind}" for name in names[1:] for kind in ("p50 ms", "processor ms")]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    found = {(m.name, m.megapixels): m for m in measured}
    for picture in pictures:
        upload, *others = (found[name, picture.megapixels] for name in names)
        cells = [
            f"{picture.megapixels:g}",
            f"{len(picture.png(0)) / 1e6:.2f}",
            _spread(upload.p50_ms),
        ]
        cells += [f"{upload.ms / picture.megapixels:,.0f}", _spread(upload.cpu_ms)]
        cells += [_spread(values) for m in others for values in (m.p50_ms, m.cpu_ms)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", growth(measured)])


def growth(measured: list[Measured]) -> str:
    """One sentence: the exponents, and whether any is worse than linear."""
    powers = {name: exponent([m for m in measured if m.name == name]) for name in COLOURS}
    said = ", ".join(f"{power:.2f} ({name})" for name, power in powers.items())
    worse = [name for name, power in powers.items() if power > STRAIGHT]
    verdict = f"worse than linearly grows: {', '.join(worse)}" if worse else (
        "nothing grows worse than linearly"
    )  # fmt: skip
    largest = max(m.megapixels for m in measured)
    return (
        f"Medians of the rounds, smallest to largest in brackets. From {FROM_MEGAPIXELS} to {largest:g}"
        f" megapixels times grow with these powers of the size: {said}; {verdict}."
    )


def exponent(measured: list[Measured]) -> float:
    """The slope of the straight line through the large sizes, on logarithmic axes."""
    large = [m for m in measured if m.megapixels >= FROM_MEGAPIXELS]
    sizes = [math.log(m.megapixels) for m in large]
    return statistics.linear_regression(sizes, [math.log(m.ms) for m in large]).slope


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):,.0f} ({min(values):,.0f}-{max(values):,.0f})"


def plot(measured: list[Measured]) -> str:
    """Time against megapixels, both logarithmic, beside a line that is linear."""
    axes = Axes(measured)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        "<style>text {font: 13px sans-serif}</style>",
        "<title>Time of an image by its megapixels, logarithmic axes</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        *axes.grid(),
        axes.linear(max(measured, key=lambda m: (m.megapixels, m.ms))),
        *(_curve(axes, name, [m for m in measured if m.name == name]) for name in COLOURS),
        "</svg>",
    ]
    return "\n".join([*lines, ""])


class Axes:
    """Where a size and a time lie."""

    def __init__(self, measured: list[Measured]) -> None:
        self._sizes = sorted({m.megapixels for m in measured})
        self._decades = range(
            math.floor(math.log10(min(m.ms for m in measured))),
            math.ceil(math.log10(max(m.ms for m in measured))) + 1,
        )

    def x(self, megapixels: float) -> float:
        """From the smallest to the largest size."""
        first, last = math.log(self._sizes[0]), math.log(self._sizes[-1])
        share = (math.log(megapixels) - first) / (last - first)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, ms: float) -> float:
        """From the first to the last decade, upwards."""
        first, last = self._decades[0], self._decades[-1]
        share = (math.log10(ms) - first) / (last - first)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def grid(self) -> list[str]:
        """Lines at each size and each decade, with their numbers."""
        right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
        lines = [
            f'<path d="M{LEFT} {self.y(10**n):.0f}H{right}" stroke="#ddd"/>'
            f'<text x="{LEFT - 6}" y="{self.y(10**n) + 4:.0f}" text-anchor="end">{10**n:,}</text>'
            for n in self._decades
        ]
        lines += [
            f'<path d="M{self.x(size):.0f} {TOP}V{bottom}" stroke="#ddd"/>'
            f'<text x="{self.x(size):.0f}" y="{bottom + 18}" text-anchor="middle">{size:g}</text>'
            for size in self._sizes
        ]
        return [
            *lines,
            f'<text x="{(LEFT + right) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">megapixels</text>',
            f'<text x="{LEFT + 6}" y="{TOP + 14}">ms</text>',
        ]

    def linear(self, last: Measured) -> str:
        """A dashed line through one point, along which time is in proportion to size."""
        lowest = last.megapixels * 10 ** self._decades[0] / last.ms
        first = max(self._sizes[0], lowest)
        x, y = self.x(first), self.y(last.ms * first / last.megapixels)
        path = f"M{x:.0f} {y:.0f}L{self.x(last.megapixels):.0f} {self.y(last.ms):.0f}"
        return (
            f'<path d="{path}" stroke="#666" stroke-dasharray="4 4"/>'
            f'<text x="{x + 14:.0f}" y="{y - 4:.0f}" fill="#666">linear</text>'
        )


def _curve(axes: Axes, name: str, measured: list[Measured]) -> str:
    points = [(axes.x(m.megapixels), axes.y(m.ms)) for m in measured]
    path = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3"/>' for x, y in points)
    x, y = points[-1]
    return (
        f'<g fill="{COLOURS[name]}"><polyline points="{path}" fill="none" stroke="{COLOURS[name]}"'
        f' stroke-width="2"/>{dots}<text x="{x + 8:.0f}" y="{y + 4:.0f}">{name}</text></g>'
    )
