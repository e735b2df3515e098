"""A batch in shards: by one process, by several on one machine, or by one job for each shard."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from raiox.cli.batch.image_files import image_file
from raiox.cli.batch.inputs import find_files
from raiox.cli.batch.part_formats import part_writer
from raiox.cli.batch.parts import Parts, open_parts
from raiox.cli.batch.plan import Plan, agree_on, n_shards_for, read_plan
from raiox.cli.batch.run import conclude, follow, spread
from raiox.cli.batch.shard_jobs import ShardJobs
from raiox.cli.batch.shard_work import ShardWork
from raiox.cli.batch.sharding import Sharding
from raiox.cli.batch.summary import Summary
from raiox.cli.configuration import read_settings
from raiox.cli.errors import INTERRUPTED, require_folder
from raiox.inference.local import LocalEngine

if TYPE_CHECKING:
    from raiox.lab.jobs.job import Runner


def run_shards(
    sources: Sequence[str],
    sharding: Sharding,
    heatmaps: Path | None,
    *,
    skip_unreadable: bool = False,
    runner: "Runner | None" = None,
) -> int:
    """Write the parts that are missing and sum up.

    Args:
        sources: paths, and `s3://bucket/prefix`.
        heatmaps: folder for a picture per image and finding, if any.
        skip_unreadable: let files that are no readable image not change the status.
        runner: runs a process per shard; without one, this process does all of it.

    Returns: the exit status, over all parts that are there.

    Raises:
        CommandError, BundleError: the batch cannot begin.
        StoreUnusableError: it cannot go on.
        ShardsFailedError: processes of shards ended by themselves.
    """
    settings = read_settings()
    parts = open_parts(sharding.out)
    if heatmaps is not None:
        require_folder(heatmaps)
    one_pass, widths = spread(settings)
    engine = LocalEngine.open(one_pass)
    classifier = engine.models["classifier"]
    writer = part_writer(sharding.part_format, tuple(classifier.labels))
    plan = _plan(sources, sharding, classifier.id, parts)
    shards = [shard for shard in sharding.only or range(plan.n_shards) if shard < plan.n_shards]
    there = parts.names()
    done = [shard for shard in shards if plan.part(shard) in there]
    remaining = [shard for shard in shards if shard not in done]
    work: ShardWork | ShardJobs
    if runner is None:
        work = ShardWork(plan, parts, writer, engine, widths, settings, heatmaps)
    else:
        n_threads = runner.share(settings.inference.n_threads)
        work = ShardJobs(plan, parts, writer, sharding.out, heatmaps, n_threads, runner)
    del engine  # jobs have their own
    contents = (parts.read(plan.part(shard)) for shard in done)
    summary = Summary([row for content in contents if content for row in writer.endings(content)])
    n_files = sum(len(plan.files_of(shard)) for shard in remaining)
    if not follow(work.run(remaining), n_files, summary, "interrupted_parts"):
        return INTERRUPTED
    return conclude(summary, skip_unreadable=skip_unreadable)


def _plan(names: Sequence[str], sharding: Sharding, model_id: str, parts: Parts) -> Plan:
    """The plan of the batch; its files are looked for once, by whoever begins it.

    Raises: PathMissingError, NothingToReadError, ResumeMismatchError, StoreUnusableError.
    """
    kept, given = read_plan(parts), [image_file(name) for name in names]
    files = kept.files if kept else tuple(map(str, find_files(given)))
    n_shards = sharding.n_shards or (kept.n_shards if kept else n_shards_for(len(files)))
    sources = tuple(str(source.absolute()) for source in given)
    wanted = Plan(sources, sharding.part_format, model_id, n_shards, files)
    return agree_on(wanted, parts)
