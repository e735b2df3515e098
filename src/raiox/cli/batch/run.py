"""A whole batch, from the paths that were given to the exit status."""

import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from raiox.cli.batch.analysed import Analysed
from raiox.cli.batch.documents import describe_file
from raiox.cli.batch.image_files import image_file
from raiox.cli.batch.inputs import find_files
from raiox.cli.batch.output import Destination, Output, open_output
from raiox.cli.batch.pipeline import Widths, analyse
from raiox.cli.batch.records import Ending
from raiox.cli.batch.summary import Summary, ending_of
from raiox.cli.configuration import read_settings
from raiox.cli.errors import INTERRUPTED, require_folder
from raiox.cli.language import say, terminal_language
from raiox.cli.progress import FilesBar
from raiox.entities import ModelIdentity
from raiox.inference.installed_models import InstalledModels
from raiox.inference.local import LocalEngine
from raiox.intake import Intake
from raiox.settings import InferenceSettings, Settings

if TYPE_CHECKING:
    from raiox.cli.batch.pdf_files import PdfFolder


def run_batch(
    sources: Sequence[str],
    destination: Destination,
    heatmaps: Path | None,
    pdf: Path | None,
    *,
    skip_unreadable: bool,
    shortcuts: bool,
) -> int:
    """Analyse what there is and sum it up; the exit status.

    Args:
        sources: paths, and `s3://bucket/prefix`.
        heatmaps: folder for a picture per image and finding, if any.
        pdf: folder for a page per image, if any.
        skip_unreadable: let files that are no readable image not change the status.
        shortcuts: score every accepted image with its lungs hidden as well.

    Raises:
        CommandError, BundleError, PdfUnavailableError: the batch cannot begin.
        StoreUnusableError: it cannot go on; what is done is written.
    """
    settings = read_settings()
    files = find_files(map(image_file, sources))
    for folder in filter(None, (heatmaps, pdf)):
        require_folder(folder)
    one_pass, widths = spread(settings)
    with Intake(settings.intake) as intake:  # its processes load while this one opens the networks
        engine = LocalEngine.open(one_pass)
        classifier = engine.models["classifier"]
        pages = None if pdf is None else _pages(pdf, settings, classifier)
        output = open_output(destination, tuple(classifier.labels), classifier.id)
        remaining = [file for file in files if str(file) not in output.done]
        summary = Summary([output.done[str(file)] for file in files if str(file) in output.done])
        analysed = analyse(
            remaining,
            intake.load,
            engine,
            widths,
            max_bytes=settings.intake.max_upload_bytes,
            shortcuts=shortcuts,
            keep_pixels=bool(pages),
        )
        with output, closing(analysed):
            rows = _written(analysed, output, heatmaps, pages)
            to_continue = "interrupted_resume" if destination.file else None
            if not follow(rows, len(remaining), summary, to_continue):
                return INTERRUPTED
    return conclude(summary, skip_unreadable=skip_unreadable)


def _written(
    analysed: Iterable[Analysed], output: Output, heatmaps: Path | None, pages: "PdfFolder | None"
) -> Iterator[Ending | None]:
    for item in analysed:
        if item.result is not None:
            output.write(describe_file(item, heatmaps, pages))
        yield ending_of(item)


def follow(
    rows: Iterable[Ending | None], n_files: int, summary: Summary, to_continue: str | None
) -> bool:
    """Count and show what is done; whether it came to its end.

    Args:
        to_continue: key of the sentence that says how an interrupted batch goes on, if it can.
    """
    try:
        with _termination_as_interrupt(), FilesBar(n_files) as bar:
            for row in rows:
                summary.count(row)
                bar.advance()
    except KeyboardInterrupt:
        sentences = [say("interrupted", n=summary.n_files, n_files=n_files)]
        sentences += [say(to_continue)] if to_continue else []
        typer.echo(" ".join(sentences), err=True)
        return False
    return True


def conclude(summary: Summary, *, skip_unreadable: bool) -> int:
    """Show what became of the files; the exit status."""
    for line in summary.lines():
        typer.echo(line, err=True)
    return summary.status(skip_unreadable=skip_unreadable)


def spread(settings: Settings) -> tuple[InferenceSettings, Widths]:
    """As many passes at once as there are threads for them; a GPU takes batches instead."""
    inference = InstalledModels(settings.inference, settings.data_dir).in_use()
    on_gpu = inference.backend == "cuda"
    widths = Widths(
        n_decoders=settings.intake.n_decoders,
        n_passes=1 if on_gpu else inference.n_threads,
        max_batch_size=inference.max_batch_size if on_gpu else 1,
    )
    return inference.model_copy(update={"n_threads": 1}), widths


def _pages(folder: Path, settings: Settings, classifier: ModelIdentity) -> "PdfFolder":
    from raiox.cli.batch.pdf_files import PdfFolder
    from raiox.pdf import Evaluation, require_typst

    require_typst()
    bundle = InstalledModels(settings.inference, settings.data_dir).folder_of("classifier")
    return PdfFolder(folder, terminal_language(), Evaluation.read(bundle, classifier))


@contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """SIGTERM ends a batch as Ctrl-C does: what is done is kept and summed up."""
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
