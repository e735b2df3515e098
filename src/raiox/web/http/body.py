"""Receiving an upload: multipart or raw, counted while it arrives, never on disk.

A file name is parsed away and looked at by nobody. What exceeds a limit is
refused at the byte that does, not after the rest has arrived.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from raiox.intake.errors import UploadTooLargeError
from raiox.web.errors import MalformedRequestError, ProtocolError, RequestTooSlowError

FILE_FIELD = b"file"
MAX_PARTS = 4
MAX_FIELD_BYTES = 4_096
FRAME_BYTES = 65_536
"""What boundaries, part headers and small fields may add to a file."""
MAX_HEADERS_A_PART = 8
MAX_PART_HEADER_BYTES = 12_288

_RAW_TYPES = ("image/", "application/dicom", "application/octet-stream")


class _Sink(Protocol):
    def feed(self, chunk: bytes) -> None: ...

    def file(self) -> bytes: ...


async def read_upload(
    request: Request, *, max_bytes: int, timeout_s: float, count: Callable[[int], None]
) -> bytes:
    """The one file of a request.

    Args:
        count: called with the size of every chunk; may refuse.
    Raises: UploadTooLargeError, MalformedRequestError, RequestTooSlowError.
    """
    sink = _sink_for(request, max_bytes)
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.stream():
                count(len(chunk))
                sink.feed(chunk)
    except TimeoutError:
        raise RequestTooSlowError(limit_s=timeout_s) from None
    return sink.file()


def _sink_for(request: Request, max_bytes: int) -> _Sink:
    header = request.headers.get("content-type", "application/octet-stream")
    media_type, options = parse_options_header(header)
    if media_type == b"multipart/form-data":
        return _Multipart(options.get(b"boundary", b""), max_bytes)
    if not media_type.decode("latin-1").lower().startswith(_RAW_TYPES):
        raise ProtocolError(415, "Content-Type")
    return _Raw(max_bytes)


class _Raw:
    """The body is the file."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._content = bytearray()

    def feed(self, chunk: bytes) -> None:
        self._content += chunk
        if len(self._content) > self._max_bytes:
            raise UploadTooLargeError(max_bytes=self._max_bytes)

    def file(self) -> bytes:
        return bytes(self._content)


class _Multipart:
    """The file is the part named `file`; few other parts, and small ones, are passed over."""

    def __init__(self, boundary: bytes, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._content: bytearray | None = None
        self._n_total = self._n_parts = self._n_field = 0
        self._header = self._value = b""
        self._is_file = self._complete = False
        callbacks = {
            "on_part_begin": self._begin_part,
            "on_header_field": self._read_header,
            "on_header_value": self._read_value,
            "on_header_end": self._end_header,
            "on_part_data": self._read_data,
            "on_end": self._end,
        }
        try:
            self._parser = MultipartParser(
                boundary,
                callbacks,  # type: ignore[arg-type]
                max_header_count=MAX_HEADERS_A_PART,
                max_header_size=MAX_PART_HEADER_BYTES,
            )
        except FormParserError:
            raise MalformedRequestError(part="boundary") from None
        if not boundary:
            raise MalformedRequestError(part="boundary")

    def feed(self, chunk: bytes) -> None:
        self._n_total += len(chunk)
        if self._n_total > self._max_bytes + FRAME_BYTES:
            raise UploadTooLargeError(max_bytes=self._max_bytes)
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise MalformedRequestError(part="multipart") from None

    def file(self) -> bytes:
        if not self._complete:
            raise MalformedRequestError(part="multipart")
        if self._content is None:
            raise MalformedRequestError(part="file")
        return bytes(self._content)

    def _begin_part(self) -> None:
        self._n_parts += 1
        self._n_field = 0
        self._is_file = False
        if self._n_parts > MAX_PARTS:
            raise MalformedRequestError(part="multipart")

    def _read_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _read_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            self._is_file = options.get(b"name") == FILE_FIELD
            if self._is_file:
                self._begin_file()
        self._header = self._value = b""

    def _begin_file(self) -> None:
        if self._content is not None:
            raise MalformedRequestError(part="file")
        self._content = bytearray()

    def _read_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file and self._content is not None:
            self._content += data[start:end]
            if len(self._content) > self._max_bytes:
                raise UploadTooLargeError(max_bytes=self._max_bytes)
            return
        self._n_field += end - start
        if self._n_field > MAX_FIELD_BYTES:
            raise MalformedRequestError(part="multipart")

    def _end(self) -> None:
        self._complete = True
