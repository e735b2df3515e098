"""Why the networks give no result."""

from raiox.errors import ErrorKind, RaioxError


class EngineError(RaioxError):
    """No result may be given."""

    kind = ErrorKind.INTERNAL


class ModelUnavailableError(EngineError):
    """No verified model is loaded."""

    code = "model_unavailable"
    kind = ErrorKind.UNAVAILABLE


class BackendMissingError(EngineError):
    """The `backend` of the settings is not installed; it comes with `extra`."""

    code = "backend_missing"
    kind = ErrorKind.UNAVAILABLE


class ModelOutputInvalidError(EngineError):
    """The network returned NaN, infinity or an array of another shape."""

    code = "model_output_invalid"


class LungsNotFoundError(EngineError):
    """The network of the lungs sees none, so they cannot be hidden."""

    code = "lungs_not_found"
    kind = ErrorKind.NOT_FOUND


class EngineCrashedError(EngineError):
    """The process of the networks died, or did not answer in time."""

    code = "engine_crashed"


class ModelFixedError(RaioxError):
    """The setting `variable` names the bundle, so another cannot be chosen."""

    code = "model_fixed"
    kind = ErrorKind.CONFLICT


class DataDirOfOtherError(RaioxError):
    """The data folder at `path` belongs to the user `owner`, and not to the one who writes."""

    code = "data_dir_of_other"
    kind = ErrorKind.CONFLICT


class ModelNameError(RaioxError):
    """A bundle cannot be installed by this `name`: it is taken, or no plain name."""

    code = "model_name"
    kind = ErrorKind.INVALID_INPUT
