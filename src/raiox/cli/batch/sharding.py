"""What the options say of a batch in shards."""

from dataclasses import dataclass

from raiox.cli.options import PartFormat


@dataclass(frozen=True, slots=True)
class Sharding:
    """What the options say of the parts."""

    out: str
    """A folder, or `s3://bucket/prefix`."""
    part_format: PartFormat
    n_shards: int | None
    only: tuple[int, ...]
    """The shards to work on; all where it is empty."""
