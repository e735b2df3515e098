"""The names of settings, and what each may hold: for documents, messages and files."""

from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from raiox.settings import Settings


def variables() -> dict[str, FieldInfo]:
    """Every variable of the environment that sets something, with its field."""
    return {name: field for _, fields in sections().values() for name, field in fields.items()}


def sections() -> dict[str, tuple[type[BaseModel], dict[str, FieldInfo]]]:
    """The model and the variables of each section; the settings outside any are `general`."""
    found: dict[str, tuple[type[BaseModel], dict[str, FieldInfo]]] = {"general": (Settings, {})}
    for name, field in Settings.model_fields.items():
        model = field.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            nested = {
                f"RAIOX_{name}__{inner}".upper(): inner_field
                for inner, inner_field in model.model_fields.items()
            }
            found[name] = (model, nested)
        else:
            found["general"][1][f"RAIOX_{name}".upper()] = field
    return found


def accepted_values(field: FieldInfo) -> str:
    """What a variable may hold, in a notation that needs no translation, e.g. `int > 0`."""
    kind: Any = field.annotation
    alternatives = [one for one in get_args(kind) if one is not type(None)]
    if type(None) in get_args(kind):
        kind = alternatives[0]
    elif alternatives and all(isinstance(one, str) for one in alternatives):
        return " | ".join(alternatives)
    if kind is bool:
        return "true | false"
    if kind in (int, float):
        return " ".join([kind.__name__, *_bounds(field)])
    return {Path: "path", str: "text", SecretStr: "text"}.get(kind, 'a,b | ["a", "b"]')


def _bounds(field: FieldInfo) -> list[str]:
    signs = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
    return [
        f"{sign} {getattr(constraint, name)}"
        for constraint in field.metadata
        for name, sign in signs.items()
        if getattr(constraint, name, None) is not None
    ]
