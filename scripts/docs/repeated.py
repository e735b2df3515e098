"""What five trainings of the paper's second stage gave, as rows beside the paper's (`raiox repeat`)."""

import csv
from pathlib import Path
from typing import Final

import numpy as np

from raiox.vocabulary import FINDINGS

FOLDER: Final = Path(__file__).parents[2] / "docs" / "evidence" / "paper_stage2_small"
NAME: Final = "its recipe at 160 px, 5 seeds"


def confusion() -> np.ndarray:
    """(K, K) counts, summed over the seeds: right finding by answered finding."""
    rows = {row["actual"]: row for row in _rows("table4.csv")}
    answered = [f"answered {finding}" for finding in FINDINGS]
    return np.array([[int(rows[f][name].split()[0]) for name in answered] for f in FINDINGS])


def rates(measure: str) -> list[str]:
    """Mean and SD over the seeds, in percent and in the order of `FINDINGS`."""
    rows = {row["figure"]: row["mean ± SD over seeds"] for row in _rows("table5.csv")}
    return [rows[f"{measure} {finding}"] for finding in FINDINGS]


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
