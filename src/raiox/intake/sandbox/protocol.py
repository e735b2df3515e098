"""How one file and its answer travel between the service and a decoder process.

The request is the format's name and the bytes; the reply a short JSON head and,
where it went well, the pixels, then their values if the file has more than 8 bits.
The reader of a reply trusts nothing of it: every length, word and number is bounded
before it is used, and nothing is unpickled.
"""

import json
import math
import socket
import struct
from collections.abc import Mapping
from dataclasses import astuple
from typing import Any, Final

import numpy as np

from raiox.entities import PixelValues, ValueScale
from raiox.errors import Fact
from raiox.intake.errors import DecoderCrashedError, IntakeError
from raiox.intake.sandbox.decoder_api import (
    MAX_PIXEL_SPACING_MM,
    NOTES,
    Decoded,
    DecodeLimits,
)

REQUEST: Final = struct.Struct("!8sQ")  # the format's name, the number of bytes that follow
HEAD_LENGTH: Final = struct.Struct("!I")
READY: Final = b"R"  # the zygote, once, on the control socket; the rest is how a child ended
FINISHED: Final = b"F"
CRASHED: Final = b"C"
TOO_SLOW: Final = b"S"

MAX_HEAD_BYTES: Final = 4_096
MAX_FACTS: Final = 8
MAX_WORD_CHARS: Final = 64

ERRORS: Final = {error.code: error for error in IntakeError.__subclasses__()}
"""What a decoder process may answer, by code."""


def send_request(channel: socket.socket, source_format: str, content: bytes) -> None:
    """Hand one file over."""
    channel.sendall(REQUEST.pack(source_format.encode(), len(content)))
    channel.sendall(content)


def receive_request(channel: socket.socket) -> tuple[str, bytes]:
    """Take one file: its format and its bytes.

    Raises:
        EOFError: the other side went away.
    """
    name, n_bytes = REQUEST.unpack(_receive(channel, REQUEST.size))
    return name.rstrip(b"\0").decode(), bytes(_receive(channel, n_bytes))


def send_pixels(channel: socket.socket, decoded: Decoded) -> None:
    """Answer with an image."""
    head = {
        "shape": decoded.pixels.shape,
        "notes": decoded.notes,
        "pixel_spacing_mm": decoded.pixel_spacing_mm,
        "value_scale": astuple(decoded.values.scale) if decoded.values else None,
    }
    _send_head(channel, head)
    channel.sendall(np.ascontiguousarray(decoded.pixels).data)
    if decoded.values:
        channel.sendall(np.ascontiguousarray(decoded.values.samples).data)


def send_refusal(channel: socket.socket, error: IntakeError) -> None:
    """Answer with the code and the facts of a refusal."""
    _send_head(channel, {"code": error.code, "facts": error.facts})


def receive_reply(channel: socket.socket, limits: DecodeLimits) -> Decoded:
    """Take the answer.

    Raises:
        EOFError: it did not come whole.
        IntakeError: the refusal it says, or `DecoderCrashedError` where it makes no sense.
    """
    (n_bytes,) = HEAD_LENGTH.unpack(_receive(channel, HEAD_LENGTH.size))
    if n_bytes > MAX_HEAD_BYTES:
        raise DecoderCrashedError
    try:
        head = json.loads(_receive(channel, n_bytes))
        if "code" in head:
            raise ERRORS[head["code"]](**_checked_facts(head["facts"]))
        height, width = _checked_shape(head["shape"], limits)
        notes = tuple(note for note in head["notes"] if note in NOTES)
        spacing_mm = _checked_spacing(head.get("pixel_spacing_mm"))
        scale = _checked_scale(head.get("value_scale"))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise DecoderCrashedError from error
    shape = height, width
    pixels = np.empty(shape, np.uint8)
    _fill(channel, pixels.data.cast("B"))
    if scale is None:
        return Decoded(pixels, notes, spacing_mm)
    samples = np.empty(shape, np.uint16)
    _fill(channel, samples.data.cast("B"))
    return Decoded(pixels, notes, spacing_mm, PixelValues(samples, scale))


def _send_head(channel: socket.socket, head: Mapping[str, Any]) -> None:
    encoded = json.dumps(head).encode()
    channel.sendall(HEAD_LENGTH.pack(len(encoded)) + encoded)


def _receive(channel: socket.socket, n_bytes: int) -> bytearray:
    received = bytearray(n_bytes)
    _fill(channel, memoryview(received))
    return received


def _fill(channel: socket.socket, rest: memoryview) -> None:
    while rest:
        n_read = channel.recv_into(rest)
        if n_read == 0:
            raise EOFError
        rest = rest[n_read:]


def _checked_shape(shape: Any, limits: DecodeLimits) -> tuple[int, int]:
    height, width = shape
    if not (type(height) is int and type(width) is int and height > 0 and width > 0):
        raise ValueError
    if height * width > limits.max_pixels or min(height, width) < limits.min_side_px:
        raise ValueError
    return height, width


def _checked_spacing(spacing_mm: Any) -> float | None:
    if spacing_mm is None:
        return None
    if type(spacing_mm) is not float or not 0 < spacing_mm <= MAX_PIXEL_SPACING_MM:
        raise ValueError
    return spacing_mm


def _checked_scale(numbers: Any) -> ValueScale | None:
    if numbers is None:
        return None
    scale = ValueScale(*numbers)
    if not all(type(number) is float and math.isfinite(number) for number in numbers):
        raise ValueError
    if scale.slope == 0 or scale.black == scale.white:
        raise ValueError
    return scale


def _checked_facts(facts: Any) -> dict[str, Fact]:
    if len(facts) > MAX_FACTS or not all(name.isidentifier() for name in facts):
        raise ValueError
    return {name: _checked_fact(fact) for name, fact in facts.items()}


def _checked_fact(fact: Any) -> Fact:
    if isinstance(fact, str) and len(fact) <= MAX_WORD_CHARS and fact.isprintable():
        return fact
    if type(fact) in {int, float}:
        return fact  # type: ignore[no-any-return]
    raise ValueError
