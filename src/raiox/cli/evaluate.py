"""`raiox evaluate`: a bundle measured on labelled images."""

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import require_folder, require_paths
from raiox.cli.invocation import quoted_command
from raiox.cli.progress import progress_bar

if TYPE_CHECKING:
    from raiox.lab.datasets.manifest import Sample
    from raiox.lab.evaluation.probes import ProbeContext
    from raiox.lab.evaluation.probes.context import GraphEditor
    from raiox.lab.evaluation.report import ReportedMetric


class ProbeName(StrEnum):
    """Measurements that need more than one prediction per image."""

    BASELINES = "baselines"
    SHORTCUTS = "shortcuts"
    SALIENCY = "saliency"
    OUT_OF_DISTRIBUTION = "out_of_distribution"
    ALL = "all"


def bundle_folder(named: Path) -> Path:
    """The folder itself, else that of the shipped bundle of this name, as reports quote it."""
    if named.exists() or len(named.parts) != 1:
        return named
    from raiox.inference.local import SHIPPED_MODELS

    shipped = SHIPPED_MODELS / named
    return shipped if shipped.is_dir() else named


def evaluate(
    context: typer.Context,
    bundle: Annotated[
        Path, typer.Argument(help="Folder of the bundle, or the name of a shipped one.")
    ],
    manifest: Annotated[
        Path | None,
        typer.Option(
            help="CSV with the columns image and label (optional: source, group_id, split, view, "
            "sex, age), or a folder with one folder per label. Default: the data sets of "
            "RAIOX_DATASETS."
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(help="TOML or CSV that maps the manifest's labels to those of the bundle."),
    ] = None,
    split: Annotated[str, typer.Option(help="Split to evaluate on.")] = "test",
    out: Annotated[
        Path | None, typer.Option(help="Write the report and predictions.csv to this folder.")
    ] = None,
    into_bundle: Annotated[
        bool,
        typer.Option("--into-bundle", help="Store report.json in the bundle, for the page."),
    ] = False,
    probe: Annotated[
        list[ProbeName],
        typer.Option(
            help="Also measure this. Repeatable; skipped where it does not suit the bundle's role."
        ),
    ] = [],  # noqa: B006 - Typer reads it, nobody writes to it
    sample: Annotated[
        int, typer.Option(min=1, help="Largest number of images for a costly probe.")
    ] = 300,
    other_seed: Annotated[
        Path | None,
        typer.Option(help="Bundle of the same recipe with another seed, to compare heatmaps with."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Largest number of images, evenly spread, for a quick look."),
    ] = None,
) -> None:
    """Measure a bundle on labelled images, with 95 % confidence intervals.

    Examples: `raiox evaluate src/raiox/models/densenet --split test --out report/`,
    `raiox evaluate BUNDLE --manifest mine.csv --labels mine.toml --out report/`
    """
    settings = read_settings()
    bundle = bundle_folder(bundle)
    require_paths(bundle, manifest, labels, other_seed)

    from raiox.bundle import REPORT_FILE, add_to_bundle, open_bundle
    from raiox.intake import Intake
    from raiox.lab.evaluation.predictions import predict
    from raiox.lab.evaluation.probes import ProbeContext
    from raiox.lab.evaluation.provenance import code_version
    from raiox.lab.evaluation.report import Measurement, make_report, to_markdown
    from raiox.lab.evaluation.report.folder import json_text, write_report
    from raiox.lab.evaluation.samples import samples_of

    n_threads, data = settings.inference.n_threads, settings.datasets
    bar = progress_bar("progress_predicting")
    opened = open_bundle(bundle)
    samples = samples_of(opened.manifest, split, data, manifest, labels)
    if out is not None:
        require_folder(out)
    unread: Counter[str] = Counter()
    with Intake(settings.intake) as intake:
        predictions = predict(opened, _spread(samples, limit), intake.load, n_threads, bar, unread)
        measurement = Measurement(
            "own" if manifest else split, quoted_command(context), code_version(), unread
        )
        probes = ProbeContext(
            bundle=opened,
            predictions=predictions,
            read=intake.load,
            n_threads=n_threads,
            n_sampled=sample,
            datasets=None if manifest else data,
            split=split,
            progress=bar,
            graph_editor=_graph_editor(),
            other_seed=open_bundle(other_seed) if other_seed else None,
        )
        report = make_report(opened, predictions, measurement, _probed(probe, probes))
    typer.echo(to_markdown(report))
    if out is not None:
        write_report(out, opened, predictions, report)
    if into_bundle:
        add_to_bundle(bundle, REPORT_FILE, json_text(report).encode())


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


def _spread(samples: "Sequence[Sample]", limit: int | None) -> "list[Sample]":
    step = 1 if limit is None else max(1, len(samples) // limit)
    return list(samples[::step])[:limit]
