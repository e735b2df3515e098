import json
import socket
import struct
from dataclasses import replace

import numpy as np
import pytest
from drawings import LIMITS, phantom

from raiox.entities import PixelValues, ValueScale
from raiox.intake.errors import DecoderCrashedError, TooManyPixelsError
from raiox.intake.sandbox.decoder_api import Decoded
from raiox.intake.sandbox.protocol import (
    receive_reply,
    receive_request,
    send_pixels,
    send_refusal,
    send_request,
)


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(5)
        yield ours, theirs


def head(**content):
    encoded = json.dumps(content).encode()
    return struct.pack("!I", len(encoded)) + encoded


def test_a_request_arrives_as_it_was_sent(pair):
    ours, theirs = pair
    send_request(ours, "dicom", b"some bytes")

    assert receive_request(theirs) == ("dicom", b"some bytes")


def test_pixels_arrive_as_they_were_sent(pair):
    ours, theirs = pair
    send_pixels(theirs, Decoded(phantom().T, ("colour_removed",), 0.139))

    decoded = receive_reply(ours, LIMITS)

    np.testing.assert_array_equal(decoded.pixels, phantom().T)
    assert decoded.pixels.flags.c_contiguous
    assert decoded.notes == ("colour_removed",)
    assert decoded.pixel_spacing_mm == 0.139


def test_values_arrive_behind_their_pixels(pair):
    ours, theirs = pair
    samples = phantom().astype(np.uint16) * 257
    scale = ValueScale(2.0, -5.0, 509.0, 0.0)
    send_pixels(theirs, Decoded(phantom(), values=PixelValues(samples, scale)))

    values = receive_reply(ours, LIMITS).values

    np.testing.assert_array_equal(values.samples, samples)
    assert values.scale == scale


def test_a_refusal_arrives_with_its_class_and_facts(pair):
    ours, theirs = pair
    send_refusal(theirs, TooManyPixelsError(max_pixels=9))

    with pytest.raises(TooManyPixelsError) as refusal:
        receive_reply(ours, LIMITS)

    assert refusal.value.facts == {"max_pixels": 9}


@pytest.mark.parametrize(
    "reply",
    [
        struct.pack("!I", 2**31),
        struct.pack("!I", 4) + b"nope",
        struct.pack("!I", 2) + b"[]",
        head(),
        head(code="internal_error", facts={}),
        head(code=["corrupt_image"], facts={}),
        head(code="corrupt_image", facts={"a b": 1}),
        head(code="corrupt_image", facts={"trace": "line\nline"}),
        head(code="corrupt_image", facts={"deep": [1]}),
        head(code="corrupt_image", facts=7),
        head(code="corrupt_image", facts={f"f{i}": i for i in range(20)}),
        head(shape=[10**6, 10**6], notes=[]),
        head(shape=[-70, -80], notes=[]),
        head(shape=[70.0, 80.0], notes=[]),
        head(shape=[True, 80], notes=[]),
        head(shape=[70, 80, 3], notes=[]),
        head(shape=[70, 80], notes=7),
        head(shape=[70, 80], notes=[["colour_removed"]]),
        head(shape=[70, 80], notes=[], pixel_spacing_mm=float("nan")),
        head(shape=[70, 80], notes=[], pixel_spacing_mm=-0.1),
        head(shape=[70, 80], notes=[], pixel_spacing_mm="Silva^Maria"),
        head(shape=[70, 80], notes=[], value_scale="Silva^Maria"),
        head(shape=[70, 80], notes=[], value_scale=[1.0, 0.0, 0.0]),
        head(shape=[70, 80], notes=[], value_scale=[1.0, 0.0, 0.0, float("inf")]),
        head(shape=[70, 80], notes=[], value_scale=[0.0, 0.0, 0.0, 1.0]),
        head(shape=[70, 80], notes=[], value_scale=[1.0, 0.0, 7.0, 7.0]),
        head(shape=[70, 80], notes=[], value_scale=["1", 0.0, 0.0, 1.0]),
    ],
)
def test_a_reply_that_makes_no_sense_is_a_crash(pair, reply):
    ours, theirs = pair
    theirs.sendall(reply)

    with pytest.raises(DecoderCrashedError):
        receive_reply(ours, LIMITS)


def test_a_reply_cut_short_is_none(pair):
    ours, theirs = pair
    theirs.sendall(head(shape=[70, 80], notes=[]) + bytes(70 * 80 - 1))
    theirs.close()

    with pytest.raises(EOFError):
        receive_reply(ours, LIMITS)


def test_more_pixels_than_allowed_are_not_awaited(pair):
    ours, theirs = pair
    theirs.sendall(head(shape=[96, 80], notes=[]))

    with pytest.raises(DecoderCrashedError):
        receive_reply(ours, replace(LIMITS, max_pixels=96 * 80 - 1))
