"""Receiving uploads: multipart or raw, counted while they arrive, never on disk.

A file name is parsed away and never looked at, nor is a declared content type: the
content decides what a file is. What exceeds a limit is refused at the byte that does,
not after the rest has arrived.
"""

from collections.abc import AsyncIterator
from typing import Protocol

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from raiox.intake.errors import UploadTooLargeError
from raiox.web.errors import (
    MalformedRequestError,
    NoFileInRequestError,
    TooManyFilesError,
    UnsupportedMediaTypeError,
)
from raiox.web.http.receipts import Receipt

FILE_FIELD = b"file"
"""The part that is a file even without a file name; any part with a file name is one."""
MAX_FILES = 20
MAX_FIELDS = 4
MAX_FIELD_BYTES = 4_096
FRAME_BYTES = 65_536
"""What boundaries, part headers and small fields may add to the files."""
MAX_HEADERS_PER_PART = 8
MAX_PART_HEADER_BYTES = 12_288

_FORM = "multipart/form-data"


class _Parser(Protocol):
    def feed(self, chunk: bytes) -> list[bytes]:
        """Take a chunk; returns the files that it completes."""
        ...

    def end(self) -> list[bytes]:
        """Nothing more arrives; returns the file that this completes."""
        ...


async def read_files(request: Request, *, max_bytes: int, receipt: Receipt) -> AsyncIterator[bytes]:
    """Each file of a request as soon as it is complete, so that only one is held at a time.

    Args:
        max_bytes: of one file.
        receipt: how long to wait for the next bytes, and whether there is room for them.

    Raises:
        UploadTooLargeError, TooManyFilesError: at the byte or part that exceeds the limit.
        NoFileInRequestError, MalformedRequestError, UnsupportedMediaTypeError.
        RequestTooSlowError, ServiceBusyError.
    """
    parser = _parser_for(request, max_bytes)
    chunks = aiter(request.stream())
    while True:
        async with receipt.waiting():
            chunk = await anext(chunks, None)
        receipt.count(len(chunk or b""))
        for file in parser.end() if chunk is None else parser.feed(chunk):
            yield file
        if chunk is None:
            return


def max_body_bytes(content_type: str, max_upload_bytes: int) -> int:
    """The longest body of a request of this type."""
    n_files = MAX_FILES if content_type.lower().startswith(_FORM) else 1
    return n_files * max_upload_bytes + FRAME_BYTES


def _parser_for(request: Request, max_bytes: int) -> _Parser:
    media_type, options = parse_options_header(request.headers.get("content-type", ""))
    kind = media_type.decode("latin-1").lower()
    if kind == _FORM:
        return _Multipart(options.get(b"boundary", b""), max_bytes)
    if kind.startswith("multipart/"):
        raise UnsupportedMediaTypeError(accepted=f"{_FORM}, image/*, application/dicom")
    return _Raw(max_bytes)


class _Raw:
    """The body is the file."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._content = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        self._content += chunk
        if len(self._content) > self._max_bytes:
            raise UploadTooLargeError(max_bytes=self._max_bytes)
        return []

    def end(self) -> list[bytes]:
        return [bytes(self._content)]


class _Multipart:
    """Every part with a file name is a file; a few other parts, small ones, are ignored."""

    def __init__(self, boundary: bytes, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._finished: list[bytes] = []
        self._content: bytearray | None = None
        self._n_files = self._n_fields = self._n_field_bytes = 0
        self._header = self._value = b""
        self._complete = False
        callbacks = {
            "on_part_begin": self._begin_part,
            "on_header_field": self._read_header,
            "on_header_value": self._read_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": self._read_data,
            "on_part_end": self._end_part,
            "on_end": self._end,
        }
        if not boundary:
            raise MalformedRequestError(part="boundary")
        try:
            self._parser = MultipartParser(
                boundary,
                callbacks,  # type: ignore[arg-type]
                max_header_count=MAX_HEADERS_PER_PART,
                max_header_size=MAX_PART_HEADER_BYTES,
            )
        except FormParserError:
            raise MalformedRequestError(part="boundary") from None

    def feed(self, chunk: bytes) -> list[bytes]:
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise MalformedRequestError(part="multipart") from None
        finished, self._finished = self._finished, []
        return finished

    def end(self) -> list[bytes]:
        if not self._complete:
            raise MalformedRequestError(part="multipart")
        if not self._n_files:
            raise NoFileInRequestError
        return []

    def _begin_part(self) -> None:
        self._content = None

    def _read_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _read_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            # A form with an empty file field sends an empty file name.
            if options.get(b"filename") or options.get(b"name") == FILE_FIELD:
                self._content = bytearray()
        self._header = self._value = b""

    def _end_headers(self) -> None:
        if self._content is None:
            self._n_fields += 1
        else:
            self._n_files += 1
        if self._n_files > MAX_FILES:
            raise TooManyFilesError(max_files=MAX_FILES)
        if self._n_fields > MAX_FIELDS:
            raise MalformedRequestError(part="multipart")

    def _read_data(self, data: bytes, start: int, end: int) -> None:
        if self._content is not None:
            self._content += data[start:end]
            if len(self._content) > self._max_bytes:
                raise UploadTooLargeError(max_bytes=self._max_bytes)
            return
        self._n_field_bytes += end - start
        if self._n_field_bytes > MAX_FIELD_BYTES:
            raise NoFileInRequestError

    def _end_part(self) -> None:
        if self._content is not None:
            self._finished.append(bytes(self._content))
            self._content = None

    def _end(self) -> None:
        self._complete = True
