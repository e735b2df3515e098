"""What an attack found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """Whether a promise was kept, and by how much."""

    promise: str
    measured: str
    held: bool
