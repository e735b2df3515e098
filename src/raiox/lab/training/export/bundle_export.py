"""A finished run to a bundle: one graph, what was fitted on `valid`, the card.

Everything fitted comes from `valid`, and so do the card's figures, until somebody
opens `test`: each look at it makes the next figures less blind.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from raiox.bundle import Bundle, BundleManifest, DataSource, Training, write_bundle
from raiox.bundle.manifest import (
    EMBEDDING_DISTANCE_FILE,
    EMBEDDING_MAP_FILE,
    MODEL_FILE,
    Role,
)
from raiox.inference.lungs import LungSegmenter
from raiox.inference.margins import content
from raiox.lab.aliases import Progress, Reader
from raiox.lab.datasets.manifest import Sample, as_kind
from raiox.lab.errors import ExportMismatchError, TaskNotServedError
from raiox.lab.evaluation.card import write_cards
from raiox.lab.evaluation.embedding_distance import fit_embedding_distance
from raiox.lab.evaluation.embedding_map import build_embedding_map
from raiox.lab.evaluation.fitting import fit_manifest
from raiox.lab.evaluation.predictions import Predictions, predict
from raiox.lab.evaluation.report import card_metrics
from raiox.lab.evaluation.report.reported_metrics import ReportedMetric
from raiox.lab.evaluation.segmentation import dice_metrics, dice_of
from raiox.lab.training.augment.image_quality import quality_metrics
from raiox.lab.training.data.examples import split_samples
from raiox.lab.training.export.float16 import round_to_float16
from raiox.lab.training.export.onnx_export import MAX_PARITY_ERROR, parity_error, to_onnx
from raiox.lab.training.fit.lightning_module import normalise
from raiox.lab.training.recipe import Recipe, TaskName
from raiox.lab.training.runs.run_metadata import METADATA_FILE
from raiox.lab.training.runs.runs import load_run
from raiox.lab.training.tasks import TASKS
from raiox.preprocessing import fit_to_square, network_input
from raiox.vocabulary import ImageKind

N_PARITY_CASES = 32
N_RATED_IMAGES = 500

ROLES: dict[TaskName, Role] = {
    "findings": "classifier",
    "frontal_filter": "frontal_filter",
    "lungs": "lungs",
}
LICENCE = (
    "Apache-2.0 for the weights as far as we may grant it; trained on images under the licences "
    "named per source, some of which are non-commercial or unstated."
)


def export_run(
    run: Path,
    out: Path,
    data: Path | None,
    read: Reader,
    n_threads: int,
    progress: Progress = iter,
    *,
    open_test: bool = False,
) -> None:
    """Write the bundle of a finished run.

    Args:
        run: its folder.
        out: the bundle's folder; replaced if there.
        data: the folder that `RAIOX_DATASETS` names.
        read: bytes to radiograph, the intake's.
        n_threads: of one pass.
        progress: wraps the starts of the batches, e.g. with a bar.
        open_test: take figures and embedding map from `test` instead of `valid`.

    Raises:
        RunNotFinishedError: the run is not finished.
        TaskNotServedError: the service has no use for its task.
        ExportMismatchError: the graph computes something else than the network.
        DataSetMissingError: the data set it is fitted on is not there.
    """
    recipe, network = load_run(run)
    if recipe.task not in ROLES:
        raise TaskNotServedError(task=recipe.task)
    network = round_to_float16(network)
    splits = _splits(recipe, data)
    model = to_onnx(network, recipe.preprocessing.side_px)
    manifest = _draft(recipe, json.loads((run / METADATA_FILE).read_text()), splits["train"])
    bundle = Bundle(manifest, model, None)
    _check_parity(network, bundle, splits["valid"], read)
    contents = {MODEL_FILE: model}
    if TASKS[recipe.task].of_masks:
        chosen = splits["test" if open_test else "valid"]
        dice = dice_of(LungSegmenter(bundle, n_threads), chosen, data, read, progress)
        metrics = list(dice_metrics(chosen, dice))
    else:
        predicted = partial(predict, read=read, n_threads=n_threads, progress=progress)
        manifest, measured, files = _fitted(bundle, splits, predicted, open_test=open_test)
        contents |= files
        metrics = card_metrics(measured, manifest)
        if recipe.rates_quality:
            metrics += _quality_metrics(network, recipe, measured.samples, read)
    contents |= write_cards(manifest, metrics, test_opened=open_test)
    write_bundle(out, manifest, contents)


def _splits(recipe: Recipe, data: Path | None) -> dict[str, list[Sample]]:
    samples = TASKS[recipe.task].read_samples(data, recipe.sampling.split_scheme)
    return split_samples(samples, recipe.sampling)


def _fitted(
    bundle: Bundle,
    splits: Mapping[str, Sequence[Sample]],
    predicted: Callable[[Bundle, Sequence[Sample]], Predictions],
    *,
    open_test: bool,
) -> tuple[BundleManifest, Predictions, dict[str, bytes]]:
    """The manifest with what `valid` fits, the predictions that are reported, the files of the embeddings."""
    valid = predicted(bundle, splits["valid"])
    manifest = fit_manifest(bundle.manifest, valid)
    measured = replace(valid, temperature=manifest.temperature)
    if open_test:
        measured = predicted(replace(bundle, manifest=manifest), splits["test"])
    return manifest, measured, _embedding_files(manifest, valid, measured)


def _embedding_files(
    manifest: BundleManifest, valid: Predictions, measured: Predictions
) -> dict[str, bytes]:
    """The map of the cases that were measured, and how far from ordinary ones an embedding lies."""
    if manifest.role != "classifier":
        return {}
    return {
        EMBEDDING_MAP_FILE: build_embedding_map(measured),
        EMBEDDING_DISTANCE_FILE: fit_embedding_distance(valid.embeddings).to_json(),
    }


def _check_parity(
    network: nn.Module, bundle: Bundle, samples: Sequence[Sample], read: Reader
) -> None:
    spec = bundle.manifest.preprocessing
    chosen = samples[:: max(1, len(samples) // N_PARITY_CASES)]
    pixels = [as_kind(read(sample.path.read_bytes()).pixels, sample.kind) for sample in chosen]
    error = parity_error(network, bundle, np.stack([network_input(p, spec) for p in pixels]))
    if not error <= MAX_PARITY_ERROR:
        raise ExportMismatchError(error=f"{error:.2g}", limit=f"{MAX_PARITY_ERROR:.0e}")


def _quality_metrics(
    network: nn.Module, recipe: Recipe, samples: Sequence[Sample], read: Reader
) -> Iterable[ReportedMetric]:
    upright = [sample for sample in samples if sample.label == ImageKind.FRONTAL]
    chosen = upright[:: max(1, len(upright) // N_RATED_IMAGES)]
    pixels = [
        fit_to_square(content(read(one.path.read_bytes()).pixels), recipe.preprocessing)
        for one in chosen
    ]
    images = torch.from_numpy(np.stack(pixels))[:, None].float() / 255.0
    groups = np.array([sample.group_id for sample in chosen])
    return quality_metrics(
        lambda batch: network(normalise(batch, recipe.preprocessing)).quality, images, groups
    )


def _draft(
    recipe: Recipe, metadata: Mapping[str, str], trained_on: Sequence[Sample]
) -> BundleManifest:
    training = Training(
        recipe=recipe.name,
        seed=int(metadata["seed"]),
        code_version=metadata["code_version"],
        data_sha256=metadata["data_sha256"],
        started_from=_started_from(recipe, metadata),
        remarks=metadata.get("remarks", ""),
        regions=recipe.at_stage(-1).region_loss,
        sources=_sources(trained_on),
    )
    return BundleManifest(
        id=f"{recipe.name}-{metadata['code_version'].partition('+')[0]}",
        role=ROLES[recipe.task],
        architecture=recipe.network,
        labels=TASKS[recipe.task].outputs,
        preprocessing=recipe.preprocessing,
        temperature=1.0,
        operating_points={},
        licence=LICENCE,
        training=training,
        files={},
    )


def _started_from(recipe: Recipe, metadata: Mapping[str, str]) -> str:
    starts = {
        "imagenet": f"ImageNet ({recipe.network})",
        "scratch": "random weights",
        "bundle": f"the bundle {metadata.get('bundle', '')}",
    }
    started = starts.get(recipe.init, f"the run of {recipe.init}")
    if recipe.teachers:
        started += f"; distilled from {' and '.join(recipe.teachers)}"
    return started


def _sources(samples: Sequence[Sample]) -> tuple[DataSource, ...]:
    images: dict[str, set[Path]] = {}
    licences: dict[str, set[str]] = {}
    for sample in samples:
        images.setdefault(sample.dataset, set()).add(sample.path)
        licences.setdefault(sample.dataset, set()).add(sample.licence or "not stated")
    return tuple(
        DataSource(name=name, n_images=len(images[name]), licences=tuple(sorted(licences[name])))
        for name in sorted(images)
    )
