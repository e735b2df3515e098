"""`raiox evaluate`: a bundle measured on labelled images, its report printed and kept."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import typer

from raiox.bundle import REPORT_FILE, Bundle, add_to_bundle, open_bundle
from raiox.cli.failure import reported
from raiox.cli.train import bar
from raiox.intake import Intake
from raiox.lab.datasets.label_mapping import LabelMapping, apply_label_mapping, read_label_mapping
from raiox.lab.datasets.manifest import (
    Sample,
    read_finding_samples,
    read_kind_samples,
    read_manifest,
)
from raiox.lab.evaluation.predictions import Predictions, predict
from raiox.lab.evaluation.probes import CLASSIFIER_PROBES, FILTER_PROBES, ProbeContext
from raiox.lab.evaluation.probes.context import GraphEditor
from raiox.lab.evaluation.provenance import code_version
from raiox.lab.evaluation.report import (
    Measurement,
    Report,
    ReportedMetric,
    make_report,
    plots,
    to_csv,
    to_html,
    to_json,
    to_markdown,
)
from raiox.settings import Settings

ALL = "all"


@dataclass(frozen=True)
class Question:
    """The options of the command."""

    bundle: Path
    manifest: Path | None
    labels: Path | None
    split: str
    limit: int | None
    """Cases asked at most, spread over all; for a quick look."""
    probes: Sequence[str] = ()
    n_sampled: int = 300
    """Cases that a costly probe asks at most."""
    other_seed: Path | None = None
    """Bundle of the same recipe with another seed."""

    def __str__(self) -> str:
        """The command again, without the folders of this machine."""
        words = ["raiox evaluate", self.bundle.absolute().name]
        if self.manifest is not None:
            words += ["--manifest", self.manifest.name]
        if self.labels is not None:
            words += ["--labels", self.labels.name]
        words += ["--part", self.split]
        if self.limit is not None:
            words += ["--limit", str(self.limit)]
        for probe in self.probes:
            words += ["--probe", probe]
        if self.probes:
            words += ["--sample", str(self.n_sampled)]
        if self.other_seed is not None:
            words += ["--twin", self.other_seed.absolute().name]
        return " ".join(words)


def evaluate(question: Question, out: Path | None, *, into_bundle: bool) -> None:
    """Ask a bundle about every case of a part and tell the figures."""
    settings = Settings()
    with reported(), Intake(settings.intake) as intake:
        bundle = open_bundle(question.bundle)
        samples = _cases(question, bundle, settings.datasets)
        unread: Counter[str] = Counter()
        predictions = predict(
            bundle, samples, intake.load, settings.inference.n_threads, bar, unread
        )
        split = "own" if question.manifest else question.split
        asked = Measurement(split, str(question), code_version(), unread)
        context = _bench(question, bundle, predictions, settings, intake)
        report = make_report(bundle, predictions, asked, _probed(question.probes, context))
        typer.echo(to_markdown(report))
        if out is not None:
            written(out, bundle, predictions, report)
        if into_bundle:
            add_to_bundle(question.bundle, REPORT_FILE, _json(report).encode())


def _cases(question: Question, bundle: Bundle, data: Path | None) -> list[Sample]:
    manifest = bundle.manifest
    if question.manifest is not None:
        translation = read_label_mapping(question.labels) if question.labels else LabelMapping()
        samples = read_manifest(question.manifest, translation.columns)
        samples = apply_label_mapping(samples, translation, manifest.labels)
    else:
        is_filter = manifest.role == "frontal_filter"
        samples = read_kind_samples(data) if is_filter else read_finding_samples(data)
    chosen = [sample for sample in samples if sample.split in (question.split, "")]
    return _spread(chosen, question.limit)


def _bench(
    question: Question, bundle: Bundle, predictions: Predictions, settings: Settings, intake: Intake
) -> ProbeContext:
    return ProbeContext(
        bundle=bundle,
        predictions=predictions,
        read=intake.load,
        n_threads=settings.inference.n_threads,
        n_sampled=question.n_sampled,
        datasets=None if question.manifest else settings.datasets,
        split=question.split,
        progress=bar,
        graph_editor=_graph_editor(),
        other_seed=open_bundle(question.other_seed) if question.other_seed else None,
    )


def _probed(names: Sequence[str], context: ProbeContext) -> Iterator[ReportedMetric]:
    """The figures of the probes asked for that suit the bundle's role."""
    is_filter = context.bundle.manifest.role == "frontal_filter"
    known = FILTER_PROBES if is_filter else CLASSIFIER_PROBES
    for name, probe in known.items():
        if name in names or ALL in names:
            yield from probe(context)


def _graph_editor() -> GraphEditor | None:
    """None in the service's environment, which edits no graph."""
    if find_spec("onnx") is None:
        return None
    from raiox.lab.training.export import onnx_edit as graph_surgery

    return graph_surgery


def _spread(samples: Sequence[Sample], limit: int | None) -> list[Sample]:
    step = 1 if limit is None else max(1, len(samples) // limit)
    return list(samples[::step])[:limit]


def written(out: Path, bundle: Bundle, predictions: Predictions, report: Report) -> None:
    """The report's files, in a folder."""
    drawn = plots(report)
    contents = {
        "report.json": _json(report),
        "report.md": to_markdown(report, pictures=drawn),
        "report.html": to_html(report),
        "predictions.csv": to_csv(predictions, bundle.manifest),
    }
    contents |= {f"{name}.svg": picture for name, picture in drawn.items()}
    out.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (out / name).write_text(content, encoding="utf-8")


def _json(report: Report) -> str:
    return json.dumps(to_json(report), ensure_ascii=False, indent=1) + "\n"
