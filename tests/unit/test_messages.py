"""Sentences with the numbers in them as a person reads them."""

import pytest

from raiox.intake.errors import TooManyPixelsError, UploadTooLargeError
from raiox.messages import messages_for
from raiox.settings import IntakeSettings
from raiox.vocabulary import LANGUAGES


@pytest.mark.parametrize(
    ("n_bytes", "shown"),
    [
        (64 * 2**20, "64 MiB"),
        (2**20 * 3 // 2, "1,5 MiB"),
        (10 * 2**10, "10 KiB"),
        (100, "100 bytes"),
    ],
)
def test_bytes_are_shown_in_the_largest_unit_that_fits(n_bytes, shown):
    detail = messages_for("upload_too_large", "pt", {"max_bytes": n_bytes})["detail"]

    assert shown in detail


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_limits_that_are_set_are_said_as_one_number_each(language):
    limits = IntakeSettings()
    size = UploadTooLargeError(max_bytes=limits.max_upload_bytes)
    pixels = TooManyPixelsError(max_pixels=limits.max_pixels)

    sentences = [
        messages_for(error.code, language, error.facts)["detail"] for error in (size, pixels)
    ]

    assert "64 MiB" in sentences[0]
    assert "32 megapixels" in sentences[1]


def test_a_fact_that_is_missing_is_a_dash():
    assert "–" in messages_for("upload_too_large", "en", {})["detail"]
