"""What is wrong with a question, whatever its file holds."""

from raiox.errors.base import ErrorKind, RaioxError


class RequestError(RaioxError):
    """The question itself is wrong."""

    kind = ErrorKind.INVALID_INPUT


class MalformedRequestError(RequestError):
    """The request breaks HTTP, multipart or the API's own rules (`part`)."""

    code = "malformed_request"


class RequestTooSlowError(RequestError):
    """The request did not arrive within `limit_s`."""

    code = "request_too_slow"


class UnknownRouteError(RequestError):
    """There is nothing at this address."""

    code = "not_found"
    kind = ErrorKind.NOT_FOUND


class MethodNotAllowedError(RequestError):
    """The address exists, the method does not."""

    code = "method_not_allowed"


class ForeignOriginError(RequestError):
    """A page of another site asked for a change."""

    code = "foreign_origin"


class AnalysisNotFoundError(RequestError):
    """No such analysis in this session."""

    code = "analysis_not_found"
    kind = ErrorKind.NOT_FOUND


class HeatmapNotAvailableError(RequestError):
    """This analysis has no heatmap (refused or unfinished)."""

    code = "heatmap_not_available"
    kind = ErrorKind.NOT_FOUND


class ReportNotFoundError(RequestError):
    """The bundle that answers carries no report."""

    code = "report_not_found"
    kind = ErrorKind.NOT_FOUND


class ImageNotKeptError(RequestError):
    """The image's time is over, or it was never kept; the result stays."""

    code = "image_not_kept"
    kind = ErrorKind.NOT_FOUND


class IdempotencyMismatchError(RequestError):
    """The key was used with other content."""

    code = "idempotency_mismatch"


class IdempotencyInFlightError(RequestError):
    """The first request of this key still runs."""

    code = "idempotency_in_flight"
    kind = ErrorKind.CONFLICT


class TooManyRequestsError(RequestError):
    """The session asked too often (`retry_after_s`)."""

    code = "too_many_requests"
    kind = ErrorKind.UNAVAILABLE
