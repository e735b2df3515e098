"""Small line plots as SVG, drawn by hand: a report needs no plotting library.

Every label is in all languages, colours are distinguishable for colour-blind people (Okabe
and Ito, 2008), and lines differ in dashes too, so that a printed page still separates them.
The same numbers give the same bytes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

Point = Sequence[float]
"""x, y and perhaps the lower and upper end of an interval of y."""

COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
DASHES: Final = ("", "6 3", "2 3", "8 3 2 3")
WIDTH_PX: Final = 460
HEIGHT_PX: Final = 360
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 30, 52
N_TICKS: Final = 5
LETTER_PX: Final = 4.7
"""Width of a letter of the legend, about."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plot."""

    name: str
    points: Sequence[Point]
    dotted: bool = False
    """Marks at its points, with their intervals, instead of a line alone."""
    faint: bool = False
    """A reference that nothing measured: gray."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Axes and what lies between them."""

    title: str
    x_title: str
    y_title: str
    lines: Sequence[Line]
    x_range: tuple[float, float] = (0.0, 1.0)
    y_range: tuple[float, float] = (0.0, 1.0)


def to_svg(plot: Plot) -> str:
    """One file, without scripts, fonts or links."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}" role="img" '
        'font-family="sans-serif" font-size="11" fill="#222">'
    )
    parts = [
        head,
        f"<title>{escape(plot.title)}</title>",
        _text(WIDTH_PX / 2, 18, plot.title, size=13),
        *_axes(plot),
    ]
    for index, line in enumerate(plot.lines):
        parts += _line(plot, line, index)
    parts += _legend(plot.lines)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _axes(plot: Plot) -> Iterable[str]:
    right, bottom = WIDTH_PX - RIGHT, HEIGHT_PX - BOTTOM
    for step in range(N_TICKS + 1):
        share = step / N_TICKS
        x, y = LEFT + share * (right - LEFT), bottom - share * (bottom - TOP)
        yield f'<path d="M{x:.1f} {TOP}V{bottom}M{LEFT} {y:.1f}H{right}" stroke="#ddd"/>'
        yield _text(x, bottom + 15, _tick(plot.x_range, share))
        yield _text(LEFT - 6, y + 4, _tick(plot.y_range, share), anchor="end")
    yield f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" stroke="#222"/>'
    yield _text((LEFT + right) / 2, HEIGHT_PX - 20, plot.x_title)
    middle = (TOP + bottom) / 2
    yield (
        f'<text transform="translate(14 {middle:.0f}) rotate(-90)" text-anchor="middle">'
        f"{escape(plot.y_title)}</text>"
    )


def _line(plot: Plot, line: Line, index: int) -> Iterable[str]:
    colour, dash = _look(line, index)
    at = [_position(plot, point[0], point[1]) for point in line.points]
    if not at:
        return
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in at)
    yield (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.6" '
        f'stroke-dasharray="{dash}"/>'
    )
    if not line.dotted:
        return
    for (x, y), point in zip(at, line.points, strict=True):
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{colour}"/>'
        if len(point) > 2:  # noqa: PLR2004 - x and y
            low, high = (_position(plot, point[0], end)[1] for end in point[2:4])
            yield f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" stroke="{colour}"/>'


def _legend(lines: Sequence[Line]) -> Iterable[str]:
    named = [(index, line) for index, line in enumerate(lines) if line.name]
    x, y = 10.0, HEIGHT_PX - 5
    for index, line in named:
        colour, dash = _look(line, index)
        yield (
            f'<path d="M{x:.0f} {y - 4}h18" stroke="{colour}" stroke-width="1.6" '
            f'stroke-dasharray="{dash}"/>'
        )
        yield _text(x + 22, y, line.name, anchor="start", size=9)
        x += 36 + LETTER_PX * len(line.name)


def _look(line: Line, index: int) -> tuple[str, str]:
    if line.faint:
        return "#888", "3 3"
    return COLOURS[index % len(COLOURS)], DASHES[index % len(DASHES)]


def _position(plot: Plot, x: float, y: float) -> tuple[float, float]:
    """Where values lie in the picture; what is outside the ranges ends at the border."""
    across, up = _share(plot.x_range, x), _share(plot.y_range, y)
    return (
        LEFT + across * (WIDTH_PX - LEFT - RIGHT),
        HEIGHT_PX - BOTTOM - up * (HEIGHT_PX - BOTTOM - TOP),
    )


def _share(of: tuple[float, float], value: float) -> float:
    return min(1.0, max(0.0, (value - of[0]) / (of[1] - of[0])))


def _tick(of: tuple[float, float], share: float) -> str:
    return f"{of[0] + share * (of[1] - of[0]):.2f}"


def _text(x: float, y: float, content: str, anchor: str = "middle", size: int = 11) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">'
        f"{escape(content)}</text>"
    )
