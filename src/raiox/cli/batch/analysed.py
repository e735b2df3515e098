"""What travels from one step of a batch to the next."""

from dataclasses import dataclass

from raiox.cli.batch.image_files import ImageFile
from raiox.entities import EngineResult, LungOcclusion, Radiograph
from raiox.errors import RaioxError


@dataclass(frozen=True, slots=True)
class Analysed:
    """One file and what became of it."""

    file: ImageFile
    sha256: str = ""
    """Of its bytes; empty where they could not be read."""
    radiograph: Radiograph | None = None
    """Until it was analysed, unless it is to be printed."""
    size_px: tuple[int, int] = (0, 0)
    """Width and height."""
    notes: tuple[str, ...] = ()
    result: EngineResult | RaioxError | None = None
    """None for a file that raiox itself wrote."""
    occlusion: LungOcclusion | None = None
    """The scores with the lungs hidden, where they are wanted and there are lungs."""
