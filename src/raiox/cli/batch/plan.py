"""Which files of a batch belong to which shard, written down once for all processes and restarts."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Final

from raiox.cli.batch.image_files import ImageFile, image_file
from raiox.cli.batch.parts import Parts
from raiox.cli.errors import ResumeMismatchError

PLAN_FILE: Final = "plan.json"
FILES_PER_SHARD: Final = 500
"""What a kill costs at most, for each process, is one shard."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A batch in shards; whoever works on one reads the same list."""

    sources: tuple[str, ...]
    """What was to be read, absolute."""
    part_format: str
    model_id: str
    n_shards: int
    files: tuple[str, ...]

    def files_of(self, shard: int) -> list[ImageFile]:
        """Those of one shard, which are neighbours in the order of the batch."""
        bounds = (shard * len(self.files) // self.n_shards for shard in (shard, shard + 1))
        return [image_file(file) for file in self.files[slice(*bounds)]]

    def part(self, shard: int) -> str:
        """What the results of a shard are called once all of them are there."""
        return f"part-{shard:05d}-of-{self.n_shards:05d}.{self.part_format}"


def n_shards_for(n_files: int) -> int:
    """As many as keep a shard small."""
    return max(1, ceil(n_files / FILES_PER_SHARD))


def agree_on(wanted: Plan, parts: Parts) -> Plan:
    """The plan that lies with the parts; the wanted one where there is none.

    The list of files is that of whoever came first, so that every file stays in its shard even if
    others were added since.

    Raises: ResumeMismatchError: there is a batch of other sources, shards, format or model.
    """
    agreed = read_plan(parts)
    if agreed is None:
        parts.put_first(PLAN_FILE, json.dumps(asdict(wanted)).encode())
        agreed = read_plan(parts)
    if agreed is None or _identity(agreed) != _identity(wanted):
        raise ResumeMismatchError(path=parts.address)
    return agreed


def read_plan(parts: Parts) -> Plan | None:
    """The plan that lies with the parts, if there is one. Raises: ResumeMismatchError."""
    content = parts.read(PLAN_FILE)
    if content is None:
        return None
    try:
        read = json.loads(content)
        return Plan(
            tuple(read["sources"]),
            read["part_format"],
            read["model_id"],
            read["n_shards"],
            tuple(read["files"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ResumeMismatchError(path=parts.address) from error


def _identity(plan: Plan) -> Sequence[object]:
    return plan.sources, plan.part_format, plan.model_id, plan.n_shards
