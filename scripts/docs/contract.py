"""Writes ui/src/shared/contract.ts from the schemas of the API (`make docs`).

One interface per schema of the OpenAPI description, which the routes' own models make, so
the page is type-checked against what the service returns. A contract test compares the
file with what this renders.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from raiox.inference.local import LocalEngine
from raiox.intake import Intake
from raiox.service.lifecycle import Factories
from raiox.settings import Settings
from raiox.web.app import create_app

FILE = Path(__file__).parents[2] / "ui" / "src" / "shared" / "contract.ts"
HEAD = """\
/**
 * The documents of the API, as docs/reference/analysis-json.md and docs/reference/api.md describe them.
 *
 * Rewritten by `make docs` from the models of the routes; do not edit by hand.
 */
/* eslint max-lines: off -- generated */
"""

Schema = dict[str, Any]
_PLAIN = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def openapi() -> Schema:
    """The description of the whole API; nothing is started for it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        factories = Factories(
            lambda: LocalEngine.open(settings.inference), lambda: Intake(settings.intake)
        )
        description: Schema = create_app(settings, factories).openapi()
    return description


def contract() -> str:
    """The TypeScript of every schema, by name."""
    schemas = openapi()["components"]["schemas"]
    return "\n".join([HEAD, *("\n".join(_declaration(n, schemas[n])) for n in sorted(schemas))])


def _declaration(name: str, schema: Schema) -> Iterator[str]:
    yield from _comment(schema, "")
    if "properties" not in schema:
        yield f"export type {name} = {_type(schema)};\n"
        return
    yield f"export interface {name} {{"
    required = schema.get("required", ())
    for key, value in schema["properties"].items():
        yield from _comment(value, "  ")
        yield f"  {key}{'' if key in required else '?'}: {_type(value)};"
    yield "}\n"


def _comment(schema: Schema, indent: str) -> Iterator[str]:
    description = schema.get("description", "").partition("\n\n")[0].replace("\n", " ")
    if description:
        yield f"{indent}/** {description} */"


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema or "anyOf" in schema:
        return _union(schema)
    match schema.get("type"):
        case "array":
            return _array(schema)
        case "object":
            values = schema.get("additionalProperties")
            return f"Record<string, {_type(values) if isinstance(values, dict) else 'unknown'}>"
        case name:
            return _PLAIN.get(str(name), "unknown")


def _union(schema: Schema) -> str:
    literals = [f"'{value}'" for value in schema.get("enum", ())]
    options = [_type(option) for option in schema.get("anyOf", ())]
    return " | ".join(dict.fromkeys([*literals, *options]))


def _array(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_type(item) for item in schema['prefixItems'])}]"
    item = _type(schema["items"])
    return f"({item})[]" if " | " in item else f"{item}[]"


if __name__ == "__main__":
    FILE.write_text(contract(), encoding="utf-8")
    print(f"raiox: wrote {FILE.relative_to(Path.cwd())}")
