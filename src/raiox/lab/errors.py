"""Why a list of labelled images cannot be used, or a training run cannot start."""

from raiox.errors import ErrorKind, RaioxError


class ManifestError(RaioxError):
    """A list of images cannot be used."""

    kind = ErrorKind.INVALID_INPUT


class ManifestUnreadableError(ManifestError):
    """It is not there, or no CSV in UTF-8 (`reason`)."""

    code = "manifest_unreadable"


class ManifestColumnMissingError(ManifestError):
    """It lacks a `column` that was asked for."""

    code = "manifest_column_missing"


class LabelsUnreadableError(ManifestError):
    """A file that tells what labels mean here cannot be read (`reason`)."""

    code = "labels_unreadable"


class LabelUnknownError(ManifestError):
    """Labels that no output answers and no file translates (`n_labels`, `n_images`, `known`)."""

    code = "label_unknown"


class NoCaseError(ManifestError):
    """There is no labelled image to measure on."""

    code = "no_case"


class RecipeError(RaioxError):
    """A training run cannot start."""

    kind = ErrorKind.INVALID_INPUT


class DataSetMissingError(RecipeError):
    """`RAIOX_DATASETS` names no data set."""

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
