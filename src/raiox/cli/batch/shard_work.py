"""Shards that this process works on itself, one after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from raiox.cli.batch.documents import describe_file
from raiox.cli.batch.part_formats import PartWriter
from raiox.cli.batch.parts import Parts
from raiox.cli.batch.pipeline import Widths, analyse
from raiox.cli.batch.plan import Plan
from raiox.cli.batch.records import Ending
from raiox.cli.batch.summary import ending_of
from raiox.inference.engine import Engine
from raiox.intake import Intake
from raiox.settings import Settings


@dataclass(frozen=True, slots=True)
class ShardWork:
    """All that the work on shards needs."""

    plan: Plan
    parts: Parts
    writer: PartWriter
    engine: Engine
    widths: Widths
    settings: Settings
    heatmaps: Path | None

    def run(self, shards: Sequence[int]) -> Iterator[Ending | None]:
        """How each file ended; None for one that raiox itself wrote.

        Raises: StoreUnusableError.
        """
        with Intake(self.settings.intake) as intake:
            for shard in self.parts.in_turn(shards):
                yield from self._run(shard, intake)

    def _run(self, shard: int, intake: Intake) -> Iterator[Ending | None]:
        """Every file of the shard, and then its part; nothing where another process is at it."""
        part = self.plan.part(shard)
        with self.parts.alone_at(part) as is_alone:
            if not is_alone:
                return
            documents = []
            max_bytes = self.settings.intake.max_upload_bytes
            files = self.plan.files_of(shard)
            for item in analyse(files, intake.load, self.engine, self.widths, max_bytes=max_bytes):
                if item.result is not None:
                    documents.append(describe_file(item, self.heatmaps))
                yield ending_of(item)
            self.parts.put_first(part, self.writer.encode(documents))
