"""From hostile bytes to a radiograph; everybody else meets only `Intake`.

Before this room nothing is trusted, after it everything is checked: one bounded
array of gray values and a few codes, no tag, no name, no metadata. This file
loads no codec and no pydantic, because every decoder process passes through it.
"""

from raiox.intake.intake import Intake

__all__ = ["Intake"]
