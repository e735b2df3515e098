"""Why an accepted analysis has no result, or no picture of it."""

from raiox.errors import ErrorKind, RaioxError


class AnalysisError(RaioxError):
    """The analysis cannot give what was requested."""

    kind = ErrorKind.INTERNAL


class AnalysisPoisonedError(AnalysisError):
    """The analysis ended the process that ran it on every attempt (`attempts`)."""

    code = "analysis_poisoned"


class HeatmapNotAvailableError(AnalysisError):
    """This analysis has no heatmap: it was rejected, or it is not finished."""

    code = "heatmap_not_available"
    kind = ErrorKind.NOT_FOUND


class ScoresNotAvailableError(AnalysisError):
    """This analysis has no scores: it was rejected, or it is not finished."""

    code = "scores_not_available"
    kind = ErrorKind.NOT_FOUND


class ImageNotKeptError(AnalysisError):
    """The image's retention time is over, or it was never kept; the result stays."""

    code = "image_not_kept"
    kind = ErrorKind.NOT_FOUND


class IdempotencyInFlightError(AnalysisError):
    """The first request with this idempotency key is still running."""

    code = "idempotency_in_flight"
    kind = ErrorKind.CONFLICT


class RoleError(RaioxError):
    """The settings would lose images or sessions in a service of several processes."""

    kind = ErrorKind.INVALID_INPUT


class SharedDatabaseMissingError(RoleError):
    """Processes that work apart from those that accept need PostgreSQL."""

    code = "shared_database_missing"


class SharedImagesMissingError(RoleError):
    """Other hosts would not find the images that this one keeps in its own folder."""

    code = "shared_images_missing"


class SessionKeyMissingError(RoleError):
    """Other web processes would not know the sessions that this one begins."""

    code = "session_key_missing"
