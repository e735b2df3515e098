# ruff: noqa: INP001  (beside a file that is run, not a package)
"""The table and the plot of benchmarks/peers.py."""

import statistics
from dataclasses import dataclass, field
from typing import Final

CLIENTS: Final = (1, 4, 16)


@dataclass
class Measured:
    """One way with one number of clients, over all rounds."""

    name: str
    clients: int
    per_s: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    """Of all processes, for each request."""


def table(measured: list[Measured], conditions: dict[str, object]) -> str:
    """The figures as Markdown, with the conditions above them."""
    said = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in conditions.items())
    rows = [
        f"| {m.name} | {m.clients} | {_spread(m.per_s)} | {_spread(m.p50_ms)} | "
        f"{_spread(m.p99_ms)} | {_spread(m.cpu_ms)} |"
        for m in measured
    ]
    head = [
        "| way | clients | per second | p50 ms | p99 ms | processor ms each |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join(
        [f"{said}. Median of the rounds, smallest to largest in brackets.\n", *head, *rows, ""]
    )


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f}-{max(values):.1f})"


def plot(measured: list[Measured]) -> str:
    """Answers per second with 16 clients, as bars."""
    bars = [m for m in measured if m.clients == CLIENTS[-1]]
    top = max(statistics.median(m.per_s) for m in bars)
    title = "<title>Answers per second, 16 clients</title>"
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 150">{title}']
    for row, m in enumerate(bars):
        value, y = statistics.median(m.per_s), 12 + 44 * row
        lines.append(f'<text x="4" y="{y + 10}">{m.name}</text>'
                     f'<rect x="4" y="{y + 15}" width="{520 * value / top:.0f}" height="14" fill="#2b6cb0"/>'
                     f'<text x="{12 + 520 * value / top:.0f}" y="{y + 27}">{value:.1f}</text>')  # fmt: skip
    return "\n".join([*lines, "</svg>", ""])
