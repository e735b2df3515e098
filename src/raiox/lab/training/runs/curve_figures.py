"""The paper's Figures 6 and 7 for any series: loss and accuracy over the epochs.

Every run is a thin line, their mean a thick one; training and validation differ in line
style as well as in colours that colour-blind people distinguish (Okabe and Ito, 2008).
The same curves give the same files, byte for byte, with the same matplotlib.
"""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter

from raiox.lab.training.runs.learning_curves import Curves

TRAINING = ("training · treino", "#0072B2", "-")
VALIDATION = ("validation · validação", "#D55E00", "--")
LOSS = (("loss_labels", TRAINING), ("valid_loss", VALIDATION))
ACCURACY = (("accuracy", TRAINING), ("valid_accuracy", VALIDATION))
Style = tuple[str, str, str]
Lines = Sequence[tuple[str, Style]]

LOOK = {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.dpi": 100,
    "font.size": 9,
    "grid.alpha": 0.3,
    "savefig.dpi": 150,
    "svg.hashsalt": "raiox",
}
ALWAYS_ALONG = 0.5
"""Share of the runs that must still be training for a mean to be drawn."""


def draw_curves(runs: Sequence[Curves], folder: Path) -> list[Path]:
    """Write figure6 (loss, linear and logarithmic) and figure7 (accuracy) as SVG and PNG."""
    with mpl.rc_context({**mpl.rcParamsDefault, **LOOK}):
        loss = Figure(figsize=(9, 3.8), layout="constrained")
        for axes, scale, title in zip(
            loss.subplots(1, 2),
            ("linear", "log"),
            ("(a) linear", "(b) logarithmic · logarítmica"),
            strict=True,
        ):
            _draw(axes, runs, LOSS, "Loss · Perda", legend="upper right")
            axes.set(yscale=scale, title=title)
            axes.yaxis.set_major_formatter("{x:g}")
            if scale == "log":
                axes.yaxis.set_minor_formatter(LogFormatter())  # within one decade
        accuracy = Figure(figsize=(5.4, 3.8), layout="constrained")
        axes = accuracy.subplots()
        _draw(axes, runs, ACCURACY, "Accuracy · Acurácia (%)", legend="lower right", scale=100)
        return [*_save(loss, folder / "figure6"), *_save(accuracy, folder / "figure7")]


def _draw(
    axes: Axes,
    runs: Sequence[Curves],
    lines: Lines,
    title: str,
    *,
    legend: str,
    scale: float = 1,
) -> None:
    n = f"N = {len(runs)}"
    for name, (label, colour, line) in lines:
        curves = [run[name] for run in runs if name in run]
        for curve in curves:
            axes.plot(
                list(curve), [scale * v for v in curve.values()],
                color=colour, linestyle=line, linewidth=0.7, alpha=0.35,
            )  # fmt: skip
        epochs, means = mean_curve(curves)
        axes.plot(
            epochs, scale * means, color=colour, linestyle=line, linewidth=2.2,
            marker="o" if len(epochs) < 2 else None, label=f"{label}, {n}",  # noqa: PLR2004
        )  # fmt: skip
    axes.set(xlabel="Epoch · Época", ylabel=title)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(frameon=False, loc=legend)


def mean_curve(curves: Sequence[dict[int, float]]) -> tuple[list[int], np.ndarray]:
    """Epochs and the mean of the runs that came so far, while they are half of them or more.

    Runs that end early leave the mean; beyond half of them it would be of other runs.
    """
    epochs = sorted({epoch for curve in curves for epoch in curve})
    kept = [e for e in epochs if sum(e in curve for curve in curves) >= ALWAYS_ALONG * len(curves)]
    means = [np.mean([curve[e] for curve in curves if e in curve]) for e in kept]
    return kept, np.array(means)


def _save(figure: Figure, file: Path) -> list[Path]:
    FigureCanvasAgg(figure)
    svg, png = file.with_suffix(".svg"), file.with_suffix(".png")
    figure.savefig(svg, metadata={"Date": None})
    figure.savefig(png)
    return [svg, png]
