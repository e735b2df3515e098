"""What every part of a recipe is: frozen, strict, and copied with its values checked again."""

from typing import Any, Self

from pydantic import BaseModel


class Specification(BaseModel, frozen=True, extra="forbid"):
    """A part of a recipe; a misspelt field is an error."""

    def replace(self, **changes: Any) -> Self:
        """A copy with other values, validated as if written out (`model_copy` would not).

        Raises:
            ValidationError: a field does not exist or cannot have that value.
        """
        return type(self).model_validate({**dict(self), **changes})
