"""The predictions of a run on a split of its data, as a table that outlives the network."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from rich.progress import track
from torch import nn
from torch.utils.data import DataLoader

from raiox.lab.errors import RunDataChangedError, SplitEmptyError
from raiox.lab.training.context import TrainingContext, is_finished
from raiox.lab.training.data.examples import Examples, load_examples
from raiox.lab.training.fit.atomic_files import save_text
from raiox.lab.training.fit.lightning_module import normalise
from raiox.lab.training.recipe import TaskName
from raiox.lab.training.runs.run_metadata import add_run_metadata, read_run_metadata, split_sha256
from raiox.lab.training.runs.runs import load_run, weights_sha256
from raiox.lab.training.tasks import TASKS
from raiox.preprocessing import Preprocessing

COLUMNS = ("image", "dataset", "split", "group_id", "kind", "label", "output")
"""Then follows one column of logits per output of the task."""

BATCH = 64


@dataclass(frozen=True, eq=False)
class Predictions:
    """Logits of N images, with what is known of each."""

    outputs: tuple[str, ...]
    samples: list[dict[str, str]]
    """(N,) rows of `COLUMNS`."""
    logits: npt.NDArray[np.float64]
    """(N, K)"""

    @property
    def labels(self) -> npt.NDArray[np.int64]:
        """(N,) index of the true output."""
        return np.array([self.outputs.index(sample["output"]) for sample in self.samples])

    @property
    def scores(self) -> npt.NDArray[np.float64]:
        """(N, K) softmax of the logits."""
        powers = np.exp(self.logits - self.logits.max(axis=1, keepdims=True))
        scores: npt.NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
        return scores

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Predictions":
        """The chosen ones of the N."""
        samples = [sample for sample, kept in zip(self.samples, chosen, strict=True) if kept]
        return Predictions(self.outputs, samples, self.logits[chosen])

    def column(self, name: str) -> npt.NDArray[np.str_]:
        """(N,) one of `COLUMNS`."""
        return np.array([sample[name] for sample in self.samples])


def predict(
    network: nn.Module, examples: Examples, spec: Preprocessing, *, mirrored: bool = False
) -> npt.NDArray[np.float64]:
    """(N, K) logits of unaugmented images, in the order of the examples.

    Args:
        network: in evaluation mode.
        examples: of one split.
        spec: how its input is preprocessed.
        mirrored: average with the logits of the mirror images.
    """
    found = []
    with torch.inference_mode():
        for squares, *_ in track(DataLoader(examples, BATCH), "Predicting", transient=True):
            images = normalise(squares.float() / 255.0, spec)
            logits = network(images).logits
            if mirrored:
                logits = (logits + network(images.flip(-1)).logits) / 2
            found.append(logits.double().numpy())
    return np.concatenate(found)


def write_predictions(
    file: Path, examples: Examples, logits: npt.NDArray[np.float64], task: TaskName
) -> None:
    """Write one line per sample; the file is complete or absent."""
    outputs = TASKS[task].outputs
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, *outputs])
    for sample, label, row in zip(examples.samples, examples.labels, logits, strict=True):
        known = (sample.path.name, sample.dataset, sample.split, sample.group_id, sample.kind,
                 sample.label, outputs[label])  # fmt: skip
        writer.writerow([*known, *(f"{logit:.6g}" for logit in row)])
    save_text(text.getvalue(), file)


def read_predictions(file: Path) -> Predictions:
    """What `write_predictions` wrote."""
    with file.open(newline="", encoding="utf-8") as opened:
        reader = csv.DictReader(opened)
        outputs = tuple(reader.fieldnames or ())[len(COLUMNS) :]
        rows = list(reader)
    logits = np.array([[float(row[name]) for name in outputs] for row in rows])
    return Predictions(outputs, [{name: row[name] for name in COLUMNS} for row in rows], logits)


def predict_split(folder: Path, context: TrainingContext, split: str) -> Predictions:
    """The predictions of a finished run on one of its splits, computed once for its weights.

    `run.json` keeps the hash of the weights, so that a run trained again is evaluated again.

    Raises:
        RunNotFinishedError: the folder holds no finished run.
        SplitEmptyError: the split holds no image.
        RunDataChangedError: the data are no longer those of the run.
    """
    if not has_predictions(folder, split):
        _predict_and_write(folder, context, split)
    return read_predictions(_predictions_file(folder, split))


def has_predictions(folder: Path, split: str) -> bool:
    """Whether a run keeps the predictions of its present weights on a split."""
    if not (is_finished(folder) and _predictions_file(folder, split).is_file()):
        return False
    weights: str = read_run_metadata(folder).get("opened", {}).get(split, "")
    return weights == weights_sha256(folder)


def _predict_and_write(folder: Path, context: TrainingContext, split: str) -> None:
    recipe, network = load_run(folder)
    splits = load_examples(recipe, recipe.preprocessing, context.data, context.cache)
    if not len(splits[split]):
        raise SplitEmptyError(recipe=recipe.name, split=split)
    metadata = read_run_metadata(folder)
    sha256 = split_sha256({name: examples.samples for name, examples in splits.items()})
    if metadata.get("split_sha256", sha256) != sha256:
        raise RunDataChangedError(run=folder.name)
    logits = predict(network, splits[split], recipe.preprocessing)
    write_predictions(_predictions_file(folder, split), splits[split], logits, recipe.task)
    add_run_metadata(folder, opened={**metadata.get("opened", {}), split: weights_sha256(folder)})


def _predictions_file(folder: Path, split: str) -> Path:
    return folder / f"predictions-{split}.csv"
