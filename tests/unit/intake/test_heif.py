"""HEIF: photographs of phones, where the extra is installed, and what is said where it is not.

`files/phantom.heic` is the phantom of `drawings`, turned by 90 degrees with an EXIF orientation of 6.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawings import phantom

from raiox import messages
from raiox.intake import Intake
from raiox.intake.errors import IntakeError, TruncatedImageError
from raiox.intake.formats import NAMES
from raiox.intake.formats.heif import HEIF
from raiox.intake.sniff import sniff
from raiox.settings import IntakeSettings
from raiox.vocabulary import LANGUAGES

PHOTOGRAPH = (Path(__file__).parent / "files" / "phantom.heic").read_bytes()

with_extra = pytest.mark.skipif(not HEIF.is_installed, reason="needs the extra heif")


@with_extra
def test_a_photograph_of_a_phone_is_read_upright_by_a_confined_process():
    with Intake(IntakeSettings(decoder_wall_s=60.0)) as intake:
        radiograph = intake.load(PHOTOGRAPH)
        weaknesses = intake._photographs.weaknesses()

    assert radiograph.source_format == "heif"
    assert np.abs(radiograph.pixels.astype(int) - phantom()).mean() < 4
    assert not any(weaknesses)


@with_extra
@pytest.mark.parametrize("n_bytes", [40, 400, 1_000])
def test_half_a_photograph_is_refused(n_bytes):
    with (
        Intake(IntakeSettings(decoder_wall_s=60.0)) as intake,
        pytest.raises(IntakeError) as refusal,
    ):
        intake.load(PHOTOGRAPH[:n_bytes])

    assert isinstance(refusal.value, TruncatedImageError) or n_bytes < 100


def test_without_the_extra_the_refusal_names_it():
    absent = replace(HEIF, plugin="a_module_that_nobody_has")
    refusal = absent.refusal(NAMES)

    assert not absent.is_installed
    for language in LANGUAGES:
        sentences = messages.messages_for(refusal.code, language, refusal.facts)
        assert "raiox[heif]" in sentences["action"]
        assert "HEIF" in sentences["detail"]


def test_a_photograph_is_recognised():
    if HEIF.is_installed:
        assert sniff(PHOTOGRAPH) == "heif"
    else:
        with pytest.raises(IntakeError) as refusal:
            sniff(PHOTOGRAPH)
        assert refusal.value.facts["extra"] == "heif"
