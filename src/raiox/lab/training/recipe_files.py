"""Recipe files: how a recipe is found and loaded.

A recipe is a Python file whose docstring states source, cost, expected result and command. Its `RECIPE` is a
`Recipe`; a file with several has `RECIPES`, a mapping from name to `Recipe`.
"""

import runpy
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from raiox.lab.errors import RecipeInvalidError, RecipeNotFoundError
from raiox.lab.training.recipe import Recipe

NONE = "–"


def load_recipe(file: Path) -> Recipe:
    """The recipe of a file, or the one that `FILE.py:NAME` names in a file of several.

    Raises:
        RecipeInvalidError: the file cannot be read, or it contradicts the schema.
        RecipeNotFoundError: it holds no recipe of that name.
    """
    path, name = _path_and_name(file)
    recipes = load_recipes(path)
    if not name and len(recipes) == 1:
        return next(iter(recipes.values()))
    if name not in recipes:
        raise RecipeNotFoundError(recipe=name or "RECIPE", file=path.name, known=", ".join(recipes))
    return recipes[name]


def load_recipes(file: Path) -> dict[str, Recipe]:
    """Every recipe of a file by name.

    Raises:
        RecipeInvalidError: the file cannot be read, or it contradicts the schema.
        RecipeNotFoundError: it assigns neither `RECIPE` nor `RECIPES`.
    """
    try:
        content = runpy.run_path(str(file))
    except (ImportError, NameError, OSError, SyntaxError, TypeError, ValidationError) as error:
        raise RecipeInvalidError(reason=f"{file.name}: {_reason(error)}") from error
    found = content.get("RECIPES", content.get("RECIPE"))
    values = found.values() if isinstance(found, Mapping) else [found]
    recipes = [value for value in values if isinstance(value, Recipe)]
    if not recipes:
        raise RecipeNotFoundError(recipe="RECIPE", file=file.name, known=NONE)
    return {recipe.name: recipe for recipe in recipes}


def find_recipe(name: str, files: Sequence[Path]) -> Recipe:
    """A recipe that a recipe of these files depends on.

    It lies in one of the files or beside it, as `NAME.py` or without the folder's name: `paper_stage1`
    in `paper/stage1.py`. No other file is run.

    Raises:
        RecipeInvalidError: a file contradicts the schema.
        RecipeNotFoundError: there is none.
    """
    given = list(dict.fromkeys(_path_and_name(file)[0] for file in files))
    beside = [
        path.with_name(f"{stem}.py")
        for path in given
        for stem in (name, name.removeprefix(f"{path.parent.name}_"))
    ]
    for path in filter(Path.is_file, dict.fromkeys([*given, *beside])):
        if recipe := load_recipes(path).get(name):
            return recipe
    raise RecipeNotFoundError(recipe=name, file=", ".join(p.name for p in given), known=NONE)


def _path_and_name(file: Path) -> tuple[Path, str]:
    path, colon, name = str(file).rpartition(":")
    return (Path(path), name) if colon and path.endswith(".py") else (file, "")


def _reason(error: Exception) -> str:
    """What is wrong, in the words of the library that found it."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return str(error)
