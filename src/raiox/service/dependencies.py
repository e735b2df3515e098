"""What the use cases are made of."""

from dataclasses import dataclass
from typing import Protocol

from raiox.entities import Radiograph
from raiox.records.store import Records
from raiox.service.engine_holder import EngineHolder
from raiox.service.executors import Executors
from raiox.service.notifier import Notifier
from raiox.service.worker import Worker


class ReadsUploads(Protocol):
    """Turns hostile bytes into a radiograph; blocks."""

    def load(self, content: bytes, sha256: str | None = None, /) -> Radiograph:
        """Decode and check; `sha256` is that of `content`, if known. Raises: IntakeError."""
        ...

    def require_confinement(self) -> None:
        """Raises: SandboxTooWeakError if a decoder could get out and that is not allowed."""
        ...

    def weaknesses(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What a decoder could still reach, and which layers of confinement are missing."""
        ...

    def close(self) -> None:
        """End the decoders."""
        ...


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What the use cases are made of; the entry point chooses each."""

    intake: ReadsUploads
    records: Records
    engine_holder: EngineHolder
    executors: Executors
    notifier: Notifier
    worker: Worker
    keep_values: bool
    """Whether the values of a file of more than 8 bits are kept."""
