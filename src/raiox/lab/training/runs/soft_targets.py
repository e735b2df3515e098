"""What teachers say of the original images, computed once and kept beside the prepared pixels.

A teacher may see its own preprocessing: another tone, another size. What it says of the original image
is then asked of every augmented one, so that a changed exposure changes no score.
Source: Hinton et al., 2015, arXiv:1503.02531.
"""

import hashlib

import numpy as np
import numpy.typing as npt
import torch

from raiox.lab.training.context import TrainingContext
from raiox.lab.training.data.examples import Examples, load_examples
from raiox.lab.training.recipe import Recipe
from raiox.lab.training.runs.initialisation import load_reference
from raiox.lab.training.runs.predictions import predict
from raiox.lab.training.runs.run_metadata import split_sha256

SPLITS = ("train", "valid")


def set_teacher_logits(
    splits: dict[str, Examples], recipe: Recipe, context: TrainingContext, seed: int
) -> None:
    """Give `train` and `valid` the mean logits of the recipe's teachers, if those see the originals.

    Args:
        splits: of the recipe, changed in place.
        recipe: of one stage.
        context: where the teachers' runs and the prepared pixels are.
        seed: of the student's run.

    Raises:
        RunNotFinishedError: a teacher's run is not there.
    """
    spec = recipe.distillation
    if spec is None or spec.sees != "original":
        return
    for split in SPLITS:
        examples = splits[split]
        found = [_logits(one, split, examples, recipe, context, seed) for one in spec.teachers]
        examples.teacher_logits = np.mean(found, axis=0, dtype=np.float32)


def _logits(
    reference: str, split: str, known: Examples, recipe: Recipe, context: TrainingContext, seed: int
) -> npt.NDArray[np.float32]:
    """(N, K) of one teacher in the order of the student's examples."""
    teacher, network = load_reference(reference, recipe, context, seed)
    key = hashlib.sha256(split_sha256({split: known.samples}).encode())
    for tensor in network.state_dict().values():
        key.update(tensor.numpy().tobytes())
    file = context.cache / f"logits-{key.hexdigest()[:16]}.npy"
    if not file.exists():
        seen = load_examples(
            recipe.replace(region_loss=0), teacher.preprocessing, context.data, context.cache
        )
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        logits = predict(network, seen[split], teacher.preprocessing)
        np.save(file, logits.astype(np.float32))
    stored: npt.NDArray[np.float32] = np.load(file)
    return stored
