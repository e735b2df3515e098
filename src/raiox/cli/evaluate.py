"""`raiox evaluate`: a bundle measured on labelled images."""

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import require_folder, require_paths
from raiox.cli.invocation import quoted_command
from raiox.cli.options import LabelMappingFile, Manifest
from raiox.cli.predictor import bundle_folder
from raiox.cli.progress import progress_bar

if TYPE_CHECKING:
    from raiox.bundle import Bundle
    from raiox.lab.datasets.manifest import Sample
    from raiox.lab.evaluation.predictions import Predictions
    from raiox.lab.evaluation.probes import ProbeContext
    from raiox.lab.evaluation.probes.context import GraphEditor
    from raiox.lab.evaluation.report import Report, ReportedMetric
    from raiox.settings import InferenceSettings, Settings


OWN: Final = "own"
"""What a report calls the split of somebody's own images."""


class ProbeName(StrEnum):
    """Measurements that need more than one prediction per image."""

    BASELINES = "baselines"
    SHORTCUTS = "shortcuts"
    SALIENCY = "saliency"
    OUT_OF_DISTRIBUTION = "out_of_distribution"
    ALL = "all"


BundleFolder = Annotated[
    Path, typer.Argument(help="Folder of the bundle, or the name of a shipped one.")
]
Split = Annotated[str, typer.Option(help="Split to evaluate on.")]
ReportFolder = Annotated[
    Path | None, typer.Option(help="Write the report and predictions.csv to this folder.")
]
IntoBundle = Annotated[
    bool, typer.Option("--into-bundle", help="Store report.json in the bundle, for the page.")
]
Probes = Annotated[
    list[ProbeName],
    typer.Option(
        help="Also measure this. Repeatable; skipped where it does not suit the bundle's role."
    ),
]
NSampled = Annotated[int, typer.Option(min=1, help="Largest number of images for a costly probe.")]
OtherSeed = Annotated[
    Path | None,
    typer.Option(help="Bundle of the same recipe with another seed, to compare heatmaps with."),
]
Limit = Annotated[
    int | None,
    typer.Option(min=1, help="Largest number of images, evenly spread, for a quick look."),
]


def evaluate(
    context: typer.Context,
    bundle: BundleFolder,
    manifest: Manifest = None,
    labels: LabelMappingFile = None,
    split: Split = "test",
    out: ReportFolder = None,
    into_bundle: IntoBundle = False,
    probe: Probes = [],  # noqa: B006 - Typer reads it, nobody writes to it
    sample: NSampled = 300,
    other_seed: OtherSeed = None,
    limit: Limit = None,
) -> None:
    """Measure a bundle on labelled images, with 95 % confidence intervals.

    Examples: `raiox evaluate src/raiox/models/densenet --split test --out report/`,
    `raiox evaluate BUNDLE --manifest mine.csv --labels mine.toml --out report/`
    """
    settings = read_settings()
    bundle = bundle_folder(bundle)
    require_paths(bundle, manifest, labels, other_seed)

    from raiox.bundle import REPORT_FILE, add_to_bundle, open_bundle
    from raiox.lab.evaluation.report import to_markdown
    from raiox.lab.evaluation.report.folder import json_text, write_report
    from raiox.lab.evaluation.samples import samples_of

    opened = open_bundle(bundle)
    samples = samples_of(opened.manifest, split, settings.datasets, manifest, labels)
    if out is not None:
        require_folder(out)
    predictions, report = _measure(
        settings,
        opened,
        _spread(samples, limit),
        quoted_command(context),
        OWN if manifest else split,
        probe,
        sample,
        open_bundle(other_seed) if other_seed else None,
    )
    typer.echo(to_markdown(report))
    if out is not None:
        write_report(out, opened, predictions, report)
    if into_bundle:
        add_to_bundle(bundle, REPORT_FILE, json_text(report).encode())


def _measure(
    settings: "Settings",
    bundle: "Bundle",
    samples: "Sequence[Sample]",
    command: str,
    split: str,
    probes: Sequence[str],
    n_sampled: int,
    other_seed: "Bundle | None",
) -> "tuple[Predictions, Report]":
    """The bundle's predictions and what follows from them, and the metrics of the chosen probes."""
    from raiox.intake import Intake
    from raiox.lab.evaluation.predictions import predict
    from raiox.lab.evaluation.probes import ProbeContext
    from raiox.lab.evaluation.provenance import code_version
    from raiox.lab.evaluation.report import Measurement, make_report

    n_threads, bar = settings.inference.n_threads, progress_bar("progress_predicting")
    unread: Counter[str] = Counter()
    with Intake(settings.intake) as intake:
        predictions = predict(bundle, samples, intake.load, n_threads, bar, unread)
        context = ProbeContext(
            bundle=bundle,
            predictions=predictions,
            read=intake.load,
            n_threads=n_threads,
            n_sampled=n_sampled,
            datasets=None if split == OWN else settings.datasets,
            split=split,
            progress=bar,
            graph_editor=_graph_editor(),
            other_seed=other_seed,
            lungs=_lungs(settings.inference),
        )
        measurement = Measurement(split, command, code_version(), unread)
        return predictions, make_report(bundle, predictions, measurement, _probed(probes, context))


def _probed(names: Sequence[str], context: "ProbeContext") -> "Iterator[ReportedMetric]":
    """The metrics of the chosen probes that suit the bundle's role."""
    from raiox.lab.evaluation.probes import CLASSIFIER_PROBES, FILTER_PROBES

    is_filter = context.bundle.manifest.role == "frontal_filter"
    for name, probe in (FILTER_PROBES if is_filter else CLASSIFIER_PROBES).items():
        if name in names or ProbeName.ALL in names:
            yield from probe(context)


def _graph_editor() -> "GraphEditor | None":
    """None in the service's environment, which edits no graph."""
    if find_spec("onnx") is None:
        return None
    from raiox.lab.training.export import onnx_edit

    return onnx_edit


def _lungs(settings: "InferenceSettings") -> "Bundle | None":
    """The network of the lungs, where there is one."""
    from raiox.bundle import open_bundle
    from raiox.inference.local import SHIPPED_MODELS

    folder = (settings.models_dir or SHIPPED_MODELS) / settings.lungs_bundle
    return open_bundle(folder) if folder.is_dir() else None


def _spread(samples: "Sequence[Sample]", limit: int | None) -> "list[Sample]":
    step = 1 if limit is None else max(1, len(samples) // limit)
    return list(samples[::step])[:limit]
