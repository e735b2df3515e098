"""A batch in shards: by one process, by several on one machine, or by one job for each shard."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from raiox.cli.batch.analysed import Analysed
from raiox.cli.batch.documents import describe_file
from raiox.cli.batch.inputs import find_files
from raiox.cli.batch.parts import PartWriter, alone_at, clear_leavings, part_writer, write_part
from raiox.cli.batch.pipeline import Widths, analyse
from raiox.cli.batch.plan import Plan, agree_on, n_shards_for
from raiox.cli.batch.run import spread, termination_as_interrupt
from raiox.cli.batch.summary import Summary
from raiox.cli.configuration import read_settings
from raiox.cli.errors import INTERRUPTED, require_folder
from raiox.cli.language import say
from raiox.cli.options import PartFormat
from raiox.cli.progress import FilesBar
from raiox.inference.engine import Engine
from raiox.inference.local import LocalEngine
from raiox.intake import Intake
from raiox.settings import Settings


@dataclass(frozen=True, slots=True)
class Sharding:
    """What the options say of the parts."""

    folder: Path
    part_format: PartFormat
    n_shards: int | None
    only: tuple[int, ...]
    """The shards to work on; all where it is empty."""


@dataclass(frozen=True, slots=True)
class _Work:
    """All that one shard needs."""

    plan: Plan
    folder: Path
    heatmaps: Path | None
    writer: PartWriter
    engine: Engine
    widths: Widths
    settings: Settings
    intake: Intake


def run_shards(
    paths: Sequence[Path], sharding: Sharding, heatmaps: Path | None, *, skip_unreadable: bool
) -> int:
    """Write the parts that are missing and sum up.

    Returns: the exit status, over all parts that are there.

    Raises:
        CommandError, BundleError: the batch cannot begin.
    """
    settings = read_settings()
    for folder in filter(None, (sharding.folder, heatmaps)):
        require_folder(folder)
    one_pass, widths = spread(settings)
    engine = LocalEngine.open(one_pass)
    classifier = engine.models["classifier"]
    writer = part_writer(sharding.part_format, tuple(classifier.labels))
    plan = _plan(paths, sharding, classifier.id)
    shards = [shard for shard in sharding.only or range(plan.n_shards) if shard < plan.n_shards]
    done = {shard: part for shard in shards if (part := plan.part(sharding.folder, shard)).exists()}
    for part in done.values():
        clear_leavings(part)
    summary = Summary([one for part in done.values() for one in writer.endings(part)])
    remaining = [shard for shard in shards if shard not in done]
    n_files = sum(len(plan.files_of(shard)) for shard in remaining)
    try:
        with (
            termination_as_interrupt(),
            Intake(settings.intake) as intake,
            FilesBar(n_files) as bar,
        ):
            work = _Work(plan, sharding.folder, heatmaps, writer, engine, widths, settings, intake)
            for shard in remaining:
                for item in _run_shard(work, shard):
                    summary.count(item)
                    bar.advance()
    except KeyboardInterrupt:
        message = say("interrupted", n=summary.n_files, n_files=n_files)
        typer.echo(f"{message} {say('interrupted_parts')}", err=True)
        return INTERRUPTED
    for line in summary.lines():
        typer.echo(line, err=True)
    return summary.status(skip_unreadable=skip_unreadable)


def _plan(paths: Sequence[Path], sharding: Sharding, model_id: str) -> Plan:
    files = find_files(paths)
    wanted = Plan(
        sources=tuple(str(path.absolute()) for path in paths),
        part_format=sharding.part_format,
        model_id=model_id,
        n_shards=sharding.n_shards or n_shards_for(len(files)),
        files=tuple(map(str, files)),
    )
    return agree_on(wanted, sharding.folder)


def _run_shard(work: _Work, shard: int) -> Iterator[Analysed]:
    """Every file of the shard, and then its part; nothing where another process is at it."""
    part = work.plan.part(work.folder, shard)
    with alone_at(part) as is_alone:
        if not is_alone:
            return
        documents = []
        max_bytes = work.settings.intake.max_upload_bytes
        files = work.plan.files_of(shard)
        for item in analyse(files, work.intake.load, work.engine, work.widths, max_bytes=max_bytes):
            if item.result is not None:
                documents.append(describe_file(item, work.heatmaps))
            yield item
        write_part(part, work.writer.encode(documents))
