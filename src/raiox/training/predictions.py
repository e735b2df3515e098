"""What a run's network answers to a part of its data, as a table that outlives the network."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from rich.progress import track
from torch import nn
from torch.utils.data import DataLoader

from raiox.preprocessing import Preprocessing
from raiox.training.examples import Examples
from raiox.training.modules import normalised
from raiox.training.recipe import TaskName
from raiox.training.tasks import TASKS

COLUMNS = ("image", "source", "part", "group_id", "kind", "label", "output")
"""Before one column of logits for each output of the task."""

BATCH = 64


@dataclass(frozen=True, eq=False)
class Predictions:
    """N answers with what is known of each image."""

    outputs: tuple[str, ...]
    cases: list[dict[str, str]]
    """(N,) rows of `COLUMNS`."""
    logits: npt.NDArray[np.float64]
    """(N, K)"""

    @property
    def labels(self) -> npt.NDArray[np.int64]:
        """(N,) index of the right output."""
        return np.array([self.outputs.index(case["output"]) for case in self.cases])

    @property
    def scores(self) -> npt.NDArray[np.float64]:
        """(N, K) softmax of the logits."""
        powers = np.exp(self.logits - self.logits.max(axis=1, keepdims=True))
        scores: npt.NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
        return scores

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Predictions":
        """The chosen ones of the N."""
        cases = [case for case, kept in zip(self.cases, chosen, strict=True) if kept]
        return Predictions(self.outputs, cases, self.logits[chosen])

    def column(self, name: str) -> npt.NDArray[np.str_]:
        """(N,) one of `COLUMNS`."""
        return np.array([case[name] for case in self.cases])


def predict(network: nn.Module, examples: Examples, spec: Preprocessing) -> npt.NDArray[np.float64]:
    """(N, K) logits of clean images, in the order of the examples."""
    found = []
    with torch.inference_mode():
        for squares, _, _ in track(DataLoader(examples, BATCH), "Asking", transient=True):
            images = normalised(squares.float() / 255.0, spec)
            found.append(network(images).logits.double().numpy())
    return np.concatenate(found)


def write_predictions(
    file: Path, examples: Examples, logits: npt.NDArray[np.float64], task: TaskName
) -> None:
    """One line a case."""
    outputs = TASKS[task].outputs
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow([*COLUMNS, *outputs])
        for case, label, answer in zip(examples.cases, examples.labels, logits, strict=True):
            known = (case.path.name, case.source, case.part, case.group_id, case.kind,
                     case.label, outputs[label])  # fmt: skip
            writer.writerow([*known, *(f"{logit:.6g}" for logit in answer)])


def read_predictions(file: Path) -> Predictions:
    """What `write_predictions` wrote."""
    with file.open(newline="", encoding="utf-8") as opened:
        reader = csv.DictReader(opened)
        outputs = tuple(reader.fieldnames or ())[len(COLUMNS) :]
        rows = list(reader)
    logits = np.array([[float(row[name]) for name in outputs] for row in rows])
    return Predictions(outputs, rows, logits)
