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

from raiox.lab.errors import RecipeInvalidError
from raiox.lab.training.data.examples import Examples, load_examples
from raiox.lab.training.fit.lightning_module import normalised
from raiox.lab.training.recipe import TaskName
from raiox.lab.training.runs.atomic_files import first_process_only
from raiox.lab.training.runs.run_metadata import add_run_metadata, read_run_metadata, split_sha256
from raiox.lab.training.runs.runs import TrainingContext, is_finished, load_run, weights_sha256
from raiox.lab.training.tasks import TASKS
from raiox.preprocessing import Preprocessing

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


def predict(
    network: nn.Module, examples: Examples, spec: Preprocessing, *, mirrored: bool = False
) -> npt.NDArray[np.float64]:
    """(N, K) logits of clean images, in the order of the examples.

    Args:
        network: in evaluation mode.
        examples: what it is asked.
        spec: how it is fed.
        mirrored: average with the answers to the mirror images.
    """
    found = []
    with torch.inference_mode():
        for squares, *_ in track(DataLoader(examples, BATCH), "Asking", transient=True):
            images = normalised(squares.float() / 255.0, spec)
            logits = network(images).logits
            if mirrored:
                logits = (logits + network(images.flip(-1)).logits) / 2
            found.append(logits.double().numpy())
    return np.concatenate(found)


@first_process_only
def write_predictions(
    file: Path, examples: Examples, logits: npt.NDArray[np.float64], task: TaskName
) -> None:
    """One line a case; the file is there whole or not at all."""
    outputs = TASKS[task].outputs
    part = file.with_name(f"{file.name}.part")
    with part.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow([*COLUMNS, *outputs])
        for case, label, answer in zip(examples.cases, examples.labels, logits, strict=True):
            known = (case.path.name, case.dataset, case.split, case.group_id, case.kind,
                     case.label, outputs[label])  # fmt: skip
            writer.writerow([*known, *(f"{logit:.6g}" for logit in answer)])
    part.replace(file)


def read_predictions(file: Path) -> Predictions:
    """What `write_predictions` wrote."""
    with file.open(newline="", encoding="utf-8") as opened:
        reader = csv.DictReader(opened)
        outputs = tuple(reader.fieldnames or ())[len(COLUMNS) :]
        rows = list(reader)
    logits = np.array([[float(row[name]) for name in outputs] for row in rows])
    return Predictions(outputs, [{name: row[name] for name in COLUMNS} for row in rows], logits)


def open_part(folder: Path, context: TrainingContext, part: str) -> Predictions:
    """A finished run's answers to a part of its own split, asked once for its weights.

    The passport keeps which weights were asked, so that a run trained anew is asked anew.

    Raises:
        RunNotFinishedError: the folder holds no finished run.
        RecipeInvalidError: the part is empty, or the data are no longer those of the run.
    """
    if not is_open(folder, part):
        _ask(folder, context, part)
    return read_predictions(_kept(folder, part))


def is_open(folder: Path, part: str) -> bool:
    """Whether a run's weights, as they are now, were asked about a part."""
    if not (is_finished(folder) and _kept(folder, part).is_file()):
        return False
    asked: str = read_run_metadata(folder).get("opened", {}).get(part, "")
    return asked == weights_sha256(folder)


def _ask(folder: Path, context: TrainingContext, part: str) -> None:
    recipe, network = load_run(folder)
    parts = load_examples(recipe, recipe.preprocessing, context.data, context.runs / "cache")
    if not len(parts[part]):
        raise RecipeInvalidError(reason=f"no_image_in_{part}", run=folder.name)
    run_metadata, split = (
        read_run_metadata(folder),
        split_sha256({p: e.cases for p, e in parts.items()}),
    )
    if run_metadata.get("split_sha256", split) != split:
        raise RecipeInvalidError(reason="data_changed_since_the_run", run=folder.name)
    logits = predict(network, parts[part], recipe.preprocessing)
    write_predictions(_kept(folder, part), parts[part], logits, recipe.task)
    add_run_metadata(
        folder, opened={**run_metadata.get("opened", {}), part: weights_sha256(folder)}
    )


def _kept(folder: Path, part: str) -> Path:
    return folder / f"predictions-{part}.csv"
