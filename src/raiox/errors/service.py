"""Why a service that was asked well gives no answer: its store or its networks."""

from raiox.errors.base import ErrorKind, RaioxError


class RecordsError(RaioxError):
    """The store cannot take or give a row."""

    kind = ErrorKind.UNAVAILABLE


class QueueFullError(RecordsError):
    """As many analyses wait as may wait (`retry_after_s`)."""

    code = "queue_full"


class StorageFullError(RecordsError):
    """No space is left for the row or its file."""

    code = "storage_full"


class RecordsUnavailableError(RecordsError):
    """The database is locked or gone (`retry_after_s`)."""

    code = "records_unavailable"


class EngineError(RaioxError):
    """No answer may be given."""

    kind = ErrorKind.INTERNAL


class ModelUnavailableError(EngineError):
    """No verified model is loaded."""

    code = "model_unavailable"
    kind = ErrorKind.UNAVAILABLE


class ModelOutputInvalidError(EngineError):
    """The network answered NaN, infinity or another shape."""

    code = "model_output_invalid"


class AnalysisPoisonedError(EngineError):
    """The analysis broke its worker on every attempt (`attempts`)."""

    code = "analysis_poisoned"


class AnalysisExpiredError(EngineError):
    """The analysis waited longer than `limit_s` and was not run."""

    code = "analysis_expired"
    kind = ErrorKind.UNAVAILABLE


class InternalError(EngineError):
    """A mistake of ours; its trace is in the log under `request_id`."""

    code = "internal_error"
