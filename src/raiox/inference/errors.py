"""Why the networks give no result."""

from raiox.errors import ErrorKind, RaioxError


class EngineError(RaioxError):
    """No result may be given."""

    kind = ErrorKind.INTERNAL


class ModelUnavailableError(EngineError):
    """No verified model is loaded."""

    code = "model_unavailable"
    kind = ErrorKind.UNAVAILABLE


class ModelOutputInvalidError(EngineError):
    """The network returned NaN, infinity or an array of another shape."""

    code = "model_output_invalid"
