"""A finished run to a bundle: one graph, what was fitted on `valid`, the card.

The graph returns logits, activation maps and embedding in one pass. Everything
fitted comes from `valid`; `test` is opened once, for the card's figures.
"""

import json
import logging
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from raiox.bundle import Bundle, BundleManifest, DataSource, Training, write_bundle
from raiox.bundle.manifest import CARD_FILE, EMBEDDING_MAP_FILE, MODEL_FILE, Role
from raiox.entities import FloatArray
from raiox.errors import RecipeInvalidError
from raiox.evaluation.answers import Answers, Reader, ask
from raiox.evaluation.calibration import (
    choose_operating_point,
    choose_set_threshold,
    fit_temperature,
)
from raiox.evaluation.cases import Case, read_finding_cases, read_kind_cases, shown
from raiox.evaluation.embedding_map import build_embedding_map
from raiox.evaluation.report import report
from raiox.inference.session import NetworkSession, calibrated
from raiox.preprocessing import network_input
from raiox.training.card import write_card
from raiox.training.examples import task_labels
from raiox.training.fit import load_run
from raiox.training.recipe import Recipe

MAX_PARITY_ERROR = 1e-4
"""Largest difference between torch's and ONNX Runtime's logits that is still the same network."""

N_PARITY_CASES = 32

SET_COVERAGE = 0.95
"""Share of `valid` labels that the findings set must hold: one miss in twenty is said aloud."""

ROLES: dict[str, Role] = {"findings": "covid_classifier", "frontal_filter": "frontal_filter"}
LICENCE = (
    "Apache-2.0 for the weights as far as we may grant it; trained on images under the licences "
    "named per source, some of which are non-commercial or unstated."
)

Progress = Callable[[Iterable[int]], Iterable[int]]


def export_run(
    run: Path, out: Path, data: Path | None, read: Reader, n_threads: int, progress: Progress = iter
) -> None:
    """Write the bundle of a finished run.

    Raises:
        RecipeInvalidError: the run is not finished.
        DataSetMissingError: the data set it is fitted on is not there.
    """
    recipe, network = load_run(run)
    cases = read_finding_cases(data) if recipe.task == "findings" else read_kind_cases(data)
    model = to_onnx(network, recipe.preprocessing.side_px)
    passport = json.loads((run / "passport.json").read_text())
    draft = _draft(recipe, passport, cases)
    _check_parity(network, Bundle(draft, model, None), _part(cases, "valid"), read)
    valid = ask(Bundle(draft, model, None), _part(cases, "valid"), read, n_threads, progress)
    manifest = _fitted(draft, valid)
    test = ask(Bundle(manifest, model, None), _part(cases, "test"), read, n_threads, progress)
    contents = {MODEL_FILE: model}
    if recipe.task == "findings":
        contents[EMBEDDING_MAP_FILE] = build_embedding_map(test)
    contents[CARD_FILE] = write_card(manifest, report(test, manifest)).encode()
    write_bundle(out, manifest, contents)


def to_onnx(network: nn.Module, side_px: int) -> bytes:
    """The network as one ONNX file: `image` (N, 1, S, S) to `logits`, `maps`, `embedding`."""
    example = torch.zeros(2, 1, side_px, side_px)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it misses torchvision, we do not
    with warnings.catch_warnings():
        # The exporter warns of its own deprecated internals; nothing of ours can change that.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            Served(network).eval(),
            (example,),
            input_names=["image"],
            output_names=["logits", "maps", "embedding"],
            dynamic_shapes={"image": {0: torch.export.Dim("batch", min=1, max=1024)}},
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    assert program is not None
    return without_traces(program.model_proto)


def without_traces(model: onnx.ModelProto) -> bytes:
    """The file without the exporter's notes, which tell paths of the machine it ran on."""
    graph = model.graph
    for noted in (model, graph, *graph.node, *graph.initializer, *graph.value_info,
                  *graph.input, *graph.output):  # fmt: skip
        noted.ClearField("doc_string")
        noted.ClearField("metadata_props")
    content: bytes = model.SerializeToString()
    return content


def parity_error(network: nn.Module, bundle: Bundle, images: FloatArray) -> float:
    """Largest difference of any logit between the network and its exported graph.

    Args:
        network: in evaluation mode.
        bundle: holds the graph.
        images: (N, 1, S, S) float32, prepared.
    """
    with torch.no_grad():
        expected = network(torch.from_numpy(images)).logits.numpy()
    answered = NetworkSession(bundle, n_threads=1).run(images)["logits"]
    return float(np.abs(expected - answered).max())


class Served(nn.Module):
    """The network without what only training needs."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(N, 1, S, S) to logits (N, K), maps (N, K, h, w), embedding (N, D)."""
        output = self.network(image)
        return output.logits, output.maps, output.embedding


def _check_parity(network: nn.Module, bundle: Bundle, cases: Sequence[Case], read: Reader) -> None:
    spec = bundle.manifest.preprocessing
    chosen = cases[:: max(1, len(cases) // N_PARITY_CASES)]
    pixels = [shown(read(case.path.read_bytes()).pixels, case.kind) for case in chosen]
    error = parity_error(network, bundle, np.stack([network_input(p, spec) for p in pixels]))
    if not error <= MAX_PARITY_ERROR:
        raise RecipeInvalidError(reason="graph_differs_from_network", max_error=error)


def _part(cases: Sequence[Case], part: str) -> list[Case]:
    return [case for case in cases if case.part == part]


def _draft(recipe: Recipe, passport: dict[str, str], cases: Sequence[Case]) -> BundleManifest:
    started = "ImageNet (MobileNet v1 1.0/224)" if recipe.init == "imagenet" else "random weights"
    if recipe.distillation:
        started += f", taught by {recipe.distillation.teacher}"
    trained_on = [case for case in cases if case.part == "train"]
    training = Training(
        recipe=recipe.name,
        seed=int(passport["seed"]),
        code_version=passport["code_version"],
        data_sha256=passport["data_sha256"],
        started_from=started,
        remarks=passport.get("remarks", ""),
        sources=_sources(trained_on),
    )
    return BundleManifest(
        id=f"{recipe.name}-{passport['code_version'].partition('+')[0]}",
        role=ROLES[recipe.task],
        labels=task_labels(recipe.task),
        preprocessing=recipe.preprocessing,
        temperature=1.0,
        operating_points={},
        licence=LICENCE,
        training=training,
        files={},
    )


def _sources(cases: Sequence[Case]) -> tuple[DataSource, ...]:
    images: dict[str, set[Path]] = {}
    licences: dict[str, set[str]] = {}
    for case in cases:
        images.setdefault(case.source, set()).add(case.path)
        licences.setdefault(case.source, set()).add(case.licence or "not stated")
    return tuple(
        DataSource(name=name, n_images=len(images[name]), licences=tuple(sorted(licences[name])))
        for name in sorted(images)
    )


def _fitted(draft: BundleManifest, valid: Answers) -> BundleManifest:
    """The manifest with all that `valid` decides."""
    temperature = fit_temperature(valid.logits, valid.labels)
    scores = calibrated(valid.logits, temperature)
    points = {
        name: choose_operating_point(scores[:, k], valid.labels == k)
        for k, name in enumerate(draft.labels)
    }
    fitted: dict[str, object] = {
        "temperature": temperature,
        "operating_points": points,
        "map_scale": max(1e-6, float(np.percentile(valid.peaks, 90))),
    }
    if draft.role == "covid_classifier":
        fitted["set_coverage"] = SET_COVERAGE
        fitted["set_threshold"] = choose_set_threshold(scores, valid.labels, SET_COVERAGE)
    return draft.model_copy(update=fitted)
