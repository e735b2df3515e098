"""Writes errors.md, settings.md and recipes.md of docs/reference/ from the code they describe.

Also writes src/raiox/formats.json, from which the page knows the formats that intake registers.

Run by `make docs`; a contract test compares the files with what this renders,
so neither can fall behind. Prints nothing but what it wrote.
"""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

import raiox
from raiox.errors import RaioxError
from raiox.inference.blank import LOW_CONTRAST
from raiox.inference.frontal_filter import REJECTION_CODES
from raiox.inference.incomplete import INCOMPLETE_IMAGE
from raiox.inference.lung_fields import POSITIONING
from raiox.intake.formats import FORMATS, READ, Format, UnreadFormat
from raiox.intake.formats.heif import EXTRA, Heif
from raiox.intake.sandbox.decoder_api import NOTES
from raiox.lab.training.image_synthesis import Counterfactuals, Synthesis
from raiox.lab.training.recipe import (
    Augmentation,
    Loss,
    OneCycle,
    Plateau,
    Recipe,
    Sampling,
    Stage,
)
from raiox.lab.training.teachers import Distillation
from raiox.messages import load
from raiox.preprocessing import Preprocessing
from raiox.result import LOW_QUALITY, OCCLUSION_READINGS
from raiox.settings.names import accepted_values, sections
from raiox.vocabulary import BLANK_IMAGE, Uncertainty

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
FORMATS_FILE = Path(__file__).parents[2] / "src" / "raiox" / "formats.json"

ERRORS_HEAD = """\
# Codes

Every refusal of raiox carries a stable `code`. The API sends it as problem+json (RFC 9457)
together with title, detail and action in both languages; the command line prints the same
sentences. Names in braces are facts, sent beside the code. Rewritten by `make docs` from
the `errors` module of each room and `src/raiox/locales/`; do not edit by hand.

The `kind` says whose turn it is: `invalid_input`, `not_found` and `conflict` are the caller's,
`unavailable` (try later) and `internal` (our mistake) are the service's.
"""
SETTINGS_HEAD = """\
# Settings

None has to be set: the defaults suit one machine. A setting comes, in this order, from an option of the
command (`--data-dir`), from a variable of the environment, from a file, from its default. The file is the
one that `RAIOX_CONFIG` names, else `~/.config/raiox/raiox.toml`, else `/etc/raiox/raiox.toml`; never one
of the working folder, which may have come from anywhere. In the file, the section is a table:

```toml
data_dir = "/var/lib/raiox"

[web]
allowed_hosts = ["raiox.example.org"]   # RAIOX_WEB__ALLOWED_HOSTS
```

`raiox config` prints every setting in force, where it comes from, and so a file to begin with. A value that
a setting cannot take, or a name that is no setting, stops every command with a sentence that names it.

In variables, lists are written with commas or as JSON: `RAIOX_WEB__ALLOWED_HOSTS=raiox.example.org,localhost`
or `RAIOX_WEB__ALLOWED_HOSTS='["raiox.example.org", "localhost"]'`.

`make docs` writes this page from `src/raiox/settings/`.
"""

RECIPES_HEAD = """\
# Recipes

A recipe is a Python file whose docstring states source, cost, expected result and command. Its `RECIPE` is
a `Recipe`; a file with several has `RECIPES`, a mapping from name to `Recipe`, and `FILE.py:NAME` chooses
one. [How to train](../how-to/train.md) shows how to use them, and [the paper](../explanation/the-paper.md)
explains the options that follow it. Rewritten by `make docs` from `src/raiox/lab/training/recipe.py`; do
not edit by hand.
"""


def raised_errors() -> list[type[RaioxError]]:
    """Every class that has a code of its own, in the order of the tree."""
    return [error for _, error in error_tree() if "code" in vars(error)]


def error_tree() -> list[tuple[int, type[RaioxError]]]:
    """Every deliberate error below `RaioxError`, each with its depth in the tree."""
    for module in pkgutil.walk_packages(raiox.__path__, "raiox."):
        if module.name.endswith(".errors"):
            importlib.import_module(module.name)
    return list(_subclasses(RaioxError, 0))


def _subclasses(parent: type[RaioxError], depth: int) -> Iterator[tuple[int, type[RaioxError]]]:
    ours = [error for error in parent.__subclasses__() if error.__module__.startswith("raiox.")]
    for error in sorted(ours, key=lambda e: (e.__module__, inspect.findsource(e)[1])):
        yield depth, error
        yield from _subclasses(error, depth + 1)


def _drawn_tree() -> str:
    lines = [
        f"{'    ' * (depth + 1)}{error.__name__}".ljust(44) + vars(error).get("code", "")
        for depth, error in error_tree()
    ]
    return "\n".join(["## The tree\n", "```text", "RaioxError", *map(str.rstrip, lines), "```\n"])


def errors_page() -> str:
    """docs/reference/errors.md as the code has it."""
    refusals = [(error.code, str(error.kind)) for error in raised_errors()]
    rejections = [
        (code, "rejection")
        for code in dict.fromkeys(
            [*REJECTION_CODES.values(), BLANK_IMAGE, LOW_CONTRAST, INCOMPLETE_IMAGE]
        )
    ]
    warnings = {*NOTES, *POSITIONING, LOW_QUALITY, *Uncertainty, *OCCLUSION_READINGS}
    notes = [(code, "note") for code in sorted(warnings)]
    return "\n".join([
        ERRORS_HEAD,
        _drawn_tree(),
        _code_table("Errors", refusals),
        _code_table("What the frontal filter refuses", rejections),
        "These are results, not errors: the analysis is `done`, its outcome is `rejected`.\n",
        _code_table("Notes on a radiograph that was read", notes),
    ])  # fmt: skip


def settings_page() -> str:
    """docs/reference/settings.md as the code has it."""
    tables = [
        _settings_table(name.capitalize(), fields, model.__doc__)
        for name, (model, fields) in sections().items()
    ]
    return "\n".join([SETTINGS_HEAD, *tables])


def recipes_page() -> str:
    """docs/reference/recipes.md as the code has it."""
    parts: tuple[type[BaseModel], ...] = (
        Recipe, Sampling, Stage, OneCycle, Plateau, Loss, Distillation, Augmentation, Synthesis,
        Counterfactuals, Preprocessing,
    )  # fmt: skip
    return "\n".join([RECIPES_HEAD, *map(_fields_table, parts)])


def formats_json() -> str:
    """src/raiox/formats.json as the registry of intake has it: one format per line."""
    lines = ",\n".join(
        f"  {json.dumps(_described(known), ensure_ascii=False)}" for known in FORMATS
    )
    return f"[\n{lines}\n]\n"


def _described(known: Format) -> dict[str, object]:
    described: dict[str, object] = {
        "id": known.id,
        "name": known.name,
        "extensions": known.extensions,
        "media_types": known.media_types,
        "magics": [{"offset": m.offset, "hex": m.content.hex()} for m in known.magics],
        "read": known in READ,
    }
    if isinstance(known, UnreadFormat):
        described["refusal_code"] = known.refusal.code
    if isinstance(known, Heif):
        described["extra"] = EXTRA
    return described


def _fields_table(part: type[BaseModel]) -> str:
    rows = [
        f"| `{name}` | {_range(field)} | {field.description or ''} |"
        for name, field in part.model_fields.items()
    ]
    return "\n".join([f"## {part.__name__}\n", f"{part.__doc__}\n",
                      "| field | default | meaning |", "|---|---|---|", *rows, ""])  # fmt: skip


def _range(field: FieldInfo) -> str:
    value = field.get_default()
    if field.is_required():
        return "required"
    if isinstance(value, BaseModel):
        return f"as `{type(value).__name__}`"
    if value is None or value in ((), {}):
        return "none"
    return f"`{value}`"


def _code_table(title: str, codes: list[tuple[str, str]]) -> str:
    english = load("en")
    rows = [
        f"| {name} | {kind} | {english[key]['title']}. {english[key]['detail']} "
        f"| {english[key]['action']} |"
        for code, kind in codes
        for key, name in _keys_of(code, english)
    ]
    return "\n".join([f"## {title}\n", "| code | kind | what and why | what to do |",
                      "|---|---|---|---|", *rows, ""])  # fmt: skip


def _keys_of(code: str, sentences: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The code itself, and each fact that brings sentences of its own."""
    yield code, f"`{code}`"
    for key in sentences:
        if key.startswith(f"{code}."):
            yield key, f"`{code}` with `{key.removeprefix(f'{code}.')}`"


def _settings_table(title: str, fields: dict[str, FieldInfo], about: str | None) -> str:
    rows = [
        f"| `{name}` | {_values(field)} | {_default(field)} | {field.description} |"
        for name, field in fields.items()
    ]
    return "\n".join([f"## {title}\n", f"{about}\n", "| variable | values | default | meaning |",
                      "|---|---|---|---|", *rows, ""])  # fmt: skip


def _values(field: FieldInfo) -> str:
    return ", ".join(f"`{value}`" for value in accepted_values(field).split(" | "))


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "computed"
    value = field.get_default()
    if value is None:
        return "–"
    if isinstance(value, tuple):
        return f"`{','.join(value)}`" if value else "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    for name in ("errors", "settings", "recipes"):
        (FOLDER / f"{name}.md").write_text(globals()[f"{name}_page"](), encoding="utf-8")
        print(f"raiox: wrote docs/reference/{name}.md")
    FORMATS_FILE.write_text(formats_json(), encoding="utf-8")
    print("raiox: wrote src/raiox/formats.json")
