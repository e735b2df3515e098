"""Shards as jobs, for any `Runner`: each is `python -m raiox.cli.batch.shard_process ORDER`."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from raiox.cli.batch.part_formats import PartWriter
from raiox.cli.batch.parts import Parts
from raiox.cli.batch.plan import Plan
from raiox.cli.batch.records import Ending
from raiox.cli.errors import ShardsFailedError
from raiox.lab.jobs.job import Failure, Job, Runner


@dataclass(frozen=True, slots=True)
class ShardJobs:
    """All that jobs need."""

    plan: Plan
    parts: Parts
    writer: PartWriter
    out: str
    heatmaps: Path | None
    n_threads: int
    """Of each."""
    runner: Runner

    def run(self, shards: Sequence[int]) -> Iterator[Ending | None]:
        """How each file ended, as soon as its shard is done; None for one that has no row.

        Raises: StoreUnusableError; ShardsFailedError once the others are done.
        """
        failures: list[Failure] = []
        with closing(self.runner.run([self._job(shard) for shard in shards])) as progress:
            for now in progress:
                failures += now.failures
                for shard in now.ended:
                    yield from self._rows(shard)
        if failures:
            failures.sort(key=lambda failure: failure.number)
            numbers = ", ".join(str(failure.number) for failure in failures)
            reason = failures[0].output.strip().rpartition("\n")[2]
            raise ShardsFailedError(shards=numbers, reason=reason)

    def _rows(self, shard: int) -> Iterator[Ending | None]:
        content = self.parts.read(self.plan.part(shard))
        if content is None:  # it failed, or another process is at it
            return
        rows = self.writer.endings(content)
        yield from rows
        yield from [None] * (len(self.plan.files_of(shard)) - len(rows))

    def _job(self, shard: int) -> Job:
        plan = self.plan
        order = {
            "sources": plan.sources,
            "out": self.out,
            "part_format": plan.part_format,
            "n_shards": plan.n_shards,
            "shard": shard,
            "heatmaps": str(self.heatmaps) if self.heatmaps else None,
        }
        threads = str(self.n_threads)
        return Job(
            shard,
            (sys.executable, "-m", "raiox.cli.batch.shard_process", json.dumps(order)),
            n_threads=self.n_threads,
            environment={
                "RAIOX_INFERENCE__N_THREADS": threads,
                "RAIOX_INTAKE__N_DECODERS": threads,
            },
        )
