"""Why a training run cannot start."""

from raiox.errors.base import ErrorKind, RaioxError


class RecipeError(RaioxError):
    """A training run cannot start."""

    kind = ErrorKind.INVALID_INPUT


class DataSetMissingError(RecipeError):
    """`RAIOX_DATA` names no data set."""

    code = "data_set_missing"


class RecipeInvalidError(RecipeError):
    """The recipe contradicts itself (`reason`)."""

    code = "recipe_invalid"


class RunNotFinishedError(RecipeInvalidError):
    """A run that is built on or exported is not there whole (`recipe`, `run`)."""

    code = "run_not_finished"


class SeedsFailedError(RecipeError):
    """Trainings of a series ended by themselves (`recipe`, `seeds`, and `log` of the first)."""

    code = "seeds_failed"
    kind = ErrorKind.INTERNAL
