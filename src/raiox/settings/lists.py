"""Settings that hold several values, of which a variable is one string."""

import json
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import NoDecode


def _split(value: object) -> object:
    """A JSON list, or names between commas."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return [name for name in (part.strip() for part in value.split(",")) if name]


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""From a variable: `a,b` or `["a", "b"]`."""
