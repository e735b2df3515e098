"""What runs the networks, as everything above this room knows it.

Whether that is this process, another one or a fake, the entry point alone decides.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from raiox.entities import EngineResult, LungOcclusion, ModelIdentity, Radiograph
from raiox.errors import RaioxError


class Engine(Protocol):
    """Anything that can read radiographs: in this process, elsewhere, or a fake."""

    @property
    def models(self) -> Mapping[str, ModelIdentity]:
        """The networks that answer, by role: `frontal_filter`, `classifier` and perhaps `lungs`."""
        ...

    @property
    def is_running(self) -> bool:
        """Whether the networks could answer at once; False while their process starts anew."""
        ...

    def predict(self, radiographs: Sequence[Radiograph]) -> list[EngineResult | RaioxError]:
        """Read several radiographs in one go; one that fails does not harm the others.

        Returns: one entry for each radiograph, in order: its reading, or the
            error that says why there is no result.
        """
        ...

    def occlude_lungs(self, radiographs: Sequence[Radiograph]) -> list[LungOcclusion | RaioxError]:
        """The scores of each accepted radiograph as it is and with its lungs hidden."""
        ...
