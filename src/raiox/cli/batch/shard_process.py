"""One shard in a process of its own: `python -m raiox.cli.batch.shard_process ORDER`."""

import json
import sys
from pathlib import Path

from raiox.cli.batch.sharding import Sharding
from raiox.cli.batch.shards import run_shards
from raiox.cli.errors import OK, SOME_NOT, reported
from raiox.cli.options import PartFormat
from raiox.lab.jobs.lifeline import end_with_the_runner


def work(order: str) -> int:
    """Write one part; the exit status, which is 0 also where some files have no result."""
    read = json.loads(order)
    sharding = Sharding(
        read["out"], PartFormat(read["part_format"]), read["n_shards"], (read["shard"],)
    )
    heatmaps = Path(read["heatmaps"]) if read["heatmaps"] else None
    with reported():
        status = run_shards(read["sources"], sharding, heatmaps)
    return OK if status == SOME_NOT else status


if __name__ == "__main__":
    end_with_the_runner()
    sys.exit(work(sys.argv[1]))
