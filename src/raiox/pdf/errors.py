"""Why there is no PDF."""

from raiox.errors import ErrorKind, RaioxError


class PdfUnavailableError(RaioxError):
    """The package that sets the page is not installed; it belongs to the extra `extra`."""

    code = "pdf_unavailable"
    kind = ErrorKind.NOT_FOUND


class ResultNotAvailableError(RaioxError):
    """The analysis has not finished, so there is nothing to print."""

    code = "result_not_available"
    kind = ErrorKind.NOT_FOUND
