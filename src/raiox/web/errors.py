"""What is wrong with a request, whatever its file holds."""

from raiox.errors import ErrorKind, RaioxError


class RequestError(RaioxError):
    """The request itself is wrong."""

    kind = ErrorKind.INVALID_INPUT


class MalformedRequestError(RequestError):
    """The request breaks HTTP, multipart or the API's own rules (`part`)."""

    code = "malformed_request"


class ProtocolError(MalformedRequestError):
    """A malformed request for which HTTP has its own status, e.g. 414 or 431."""

    def __init__(self, status: int, part: str) -> None:
        super().__init__(part=part)
        self.status = status


class RequestTooSlowError(RequestError):
    """The request did not arrive within `limit_s`."""

    code = "request_too_slow"


class UnknownRouteError(RequestError):
    """There is nothing at this address."""

    code = "not_found"
    kind = ErrorKind.NOT_FOUND


class PageNotBuiltError(RequestError):
    """There is no built page to write."""

    code = "page_not_built"
    kind = ErrorKind.UNAVAILABLE


class MethodNotAllowedError(RequestError):
    """The address exists, the method does not."""

    code = "method_not_allowed"


class ForeignOriginError(RequestError):
    """A page of another site requested a change."""

    code = "foreign_origin"


class NoFileInRequestError(RequestError):
    """A form arrived without a part that is a file."""

    code = "no_file_in_request"


class TooManyFilesError(RequestError):
    """A form holds more than `max_files` files."""

    code = "too_many_files"


class UnsupportedMediaTypeError(RequestError):
    """The body is of a kind that no file can be read from (`accepted`)."""

    code = "unsupported_media_type"


class PublicWithoutLimitsError(RaioxError):
    """The service would listen beyond this machine (`host`) without rate limits."""

    code = "public_without_limits"
    kind = ErrorKind.INVALID_INPUT


class ReportNotFoundError(RequestError):
    """The current classifier's bundle carries no report."""

    code = "report_not_found"
    kind = ErrorKind.NOT_FOUND


class TooManyRequestsError(RequestError):
    """The session exceeded its rate limit (`retry_after_s`)."""

    code = "too_many_requests"
    kind = ErrorKind.UNAVAILABLE


class ServiceBusyError(RequestError):
    """Too many requests are being worked on (`retry_after_s`)."""

    code = "service_busy"
    kind = ErrorKind.UNAVAILABLE


class HostNotAllowedError(RequestError):
    """The request is addressed to a host that this service is not."""

    code = "host_not_allowed"


class AccessError(RequestError):
    """The caller may not do this."""


class SharingOffError(RequestError):
    """This service makes no secret links (`RAIOX_WEB__SHARE_H` is 0)."""

    code = "sharing_off"


class KeyRequiredError(AccessError):
    """This service is used with a key, and the request brings none."""

    code = "key_required"


class LoginRequiredError(AccessError):
    """This service is for people who sign in, and nobody is signed in."""

    code = "login_required"


class LoginFailedError(AccessError):
    """What came back from the provider is no valid login (`reason`)."""

    code = "login_failed"


class LoginDeniedError(AccessError):
    """The provider knows the person, but the settings do not let them in."""

    code = "login_denied"


class LoginUnavailableError(RequestError):
    """The provider cannot be reached, or is another than the settings name."""

    code = "login_unavailable"
    kind = ErrorKind.UNAVAILABLE


class LoginPackagesMissingError(RaioxError):
    """The settings name a provider, and the packages of `extra` are not installed."""

    code = "login_packages_missing"
    kind = ErrorKind.INVALID_INPUT


class KeyInvalidError(AccessError):
    """The key of the request is none of this service, or is valid no longer."""

    code = "key_invalid"


class KeyScopeError(AccessError):
    """The key of the request lacks the scope `scope`."""

    code = "key_scope"
