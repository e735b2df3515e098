# ruff: noqa: INP001  (beside a file that is run, not a package)
"""Figures, plots and tables of benchmarks/capacity.py, for docs/explanation/scale.md."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from capacity_model import (
    LOADS,
    SLEEP_S,
    WORKERS,
    Costs,
    Run,
    cost_per_million,
    plan,
    predicted,
    wait_in_services,
)
from marked_page import rewrite

from raiox.lab.evaluation.report.svg import Line, Plot, to_svg

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "scale.md"


def write(runs: Sequence[Run], n_processors: int, load_average: float) -> None:
    """The figures, the plots, and the tables of the page between its marks."""
    modelled = predicted(runs, n_processors)
    [alone] = [run for run in runs if run.n_workers == 1]
    costs = Costs()
    plans = [plan(load, costs, alone.database_cpu_ms / 1e3) for load in LOADS]
    per_million = {
        name: cost_per_million(costs, on_gpu=gpu) for name, gpu in (("cpu", False), ("gpu", True))
    }
    figures = {
        "processors": n_processors,
        "load_average": load_average,
        "runs": [asdict(run) for run in runs],
        "modelled": modelled,
        "plans": plans,
        "cost_per_million": per_million,
    }
    PAGE.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n")
    _draw(runs, modelled)
    check = ["| workers | measured / s | model / s | error | efficiency | worker ms | database ms |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    for run in runs:
        model = modelled[run.n_workers]
        check.append(
            f"| {run.n_workers} | {run.per_s:.0f} | {model:.0f} | {model / run.per_s - 1:+.0%} |"
            f" {run.per_s * SLEEP_S / run.n_workers:.2f} | {run.worker_cpu_ms:.2f} |"
            f" {run.database_cpu_ms:.2f} |"
        )
    names = tuple(plans[0])
    needs = [
        "| " + " | ".join(name.replace("_", " ") for name in names) + " |",
        "|---" * len(names) + "|",
    ]
    needs += ["| " + " | ".join(f"{one[name]:,g}" for name in names) + " |" for one in plans]
    money = " and ".join(f"${one} on {name.upper()}" for name, one in per_million.items())
    note = (f"Measured with {n_processors} processors for clients and server together, at a load average "
            f"of {load_average:.0f}.")  # fmt: skip
    prices = f"${costs.core_hour:.2f} a core-hour and ${costs.gpu_hour:.2f} a GPU-hour"
    sum_of_them = f"A million analyses cost {money} of computing, at {prices}."
    rewrite(PAGE, "check", "\n".join([note, "", *check]))
    rewrite(PAGE, "plan", "\n".join([*needs, "", sum_of_them]))


def _draw(runs: Sequence[Run], modelled: dict[int, float]) -> None:
    """The check beside the page, and why a plan stays below full use."""
    ideal = [(n, n / SLEEP_S) for n in (0, max(WORKERS))]
    check = Plot(
        "Analyses a second, networks of 30 ms",
        "workers",
        "analyses a second",
        (
            Line("measured", [(run.n_workers, run.per_s) for run in runs], dotted=True),
            Line("model", list(modelled.items())),
            Line("without a database", ideal, faint=True),
        ),
        (0, max(WORKERS)),
        (0, max(WORKERS) / SLEEP_S),
    )
    PAGE.with_name("scale-check.svg").write_text(to_svg(check))
    shares = [i / 100 for i in range(1, 99)]
    waits = Plot(
        "Wait before the networks",
        "use of the workers",
        "wait, in analyses' own time",
        [
            Line(f"{n} workers", [(share, wait_in_services(n, share)) for share in shares])
            for n in (1, 4, 16)
        ],
        (0, 1),
        (0, 4),
    )
    PAGE.with_name("scale-wait.svg").write_text(to_svg(waits))
