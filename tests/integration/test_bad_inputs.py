"""Every hostile file of the corpus gets a proper answer, and none harms the next.

The corpus is not part of the project; it lies beside the data: badinputs/manifest.csv.
"""

import csv
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from raiox.entities import Radiograph
from raiox.intake import Intake
from raiox.intake.errors import IntakeError
from raiox.settings import IntakeSettings

CORPUS = Path(os.environ.get("RAIOX_DATASETS", "/nonexistent")) / ".." / "badinputs"
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(
        not (CORPUS / "manifest.csv").is_file(),
        reason="RAIOX_DATASETS names no folder with badinputs/ beside it",
    ),
]

DAMAGED = {"corrupt_image", "truncated_image", "bad_geometry"}
CODES = {
    "reject:not-an-image": {"not_an_image", "unsupported_format", "archive"},
    "reject:unsupported-format": {"unsupported_format", "not_an_image", "archive"},
    "reject:unsupported-transfer-syntax": {"unsupported_transfer_syntax"},
    "reject:corrupt": DAMAGED,
    "reject:truncated": DAMAGED,
    # Some of these hold icons of 32 pixels, and are refused for that.
    "reject:no-pixel-data": {"no_pixel_data", "too_few_pixels"},
    "reject:bad-geometry": {"bad_geometry"},
    "reject:multi-frame": {"multi_frame"},
    "reject:not-a-radiograph": {"not_a_radiograph"},
    "reject:too-many-pixels": {"too_many_pixels"},
    "reject:too-large-inflated": {"too_large_inflated"},
    "reject:too-slow": {"decode_too_slow"},
}
"""What each reason of the manifest may be called by us."""

OFFERED_SINCE = {"avif"}
"""Formats that the corpus has as not offered, from before they were read."""

LONGEST_S = 10.0
N_GOOD = 20


@dataclass(frozen=True)
class Case:
    path: Path
    expected: str
    is_strict: bool
    """True where the specification or our policy decides, not some decoder of today."""

    def is_answered_by(self, answer: Radiograph | IntakeError) -> bool:
        if isinstance(answer, Radiograph):
            is_offered_now = answer.source_format in OFFERED_SINCE
            return self.expected in {"accept", "either"} or is_offered_now
        if self.expected == "either":
            return True
        if self.expected == "accept":
            return False
        return not self.is_strict or answer.code in CODES[self.expected]


def cases() -> list[Case]:
    with (CORPUS / "manifest.csv").open(encoding="utf-8") as manifest:
        return [
            Case(CORPUS / row["file"], row["expected"], row["expected_basis"] != "decoder")
            for row in csv.DictReader(manifest)
        ]


def answer(intake: Intake, case: Case) -> Radiograph | IntakeError:
    try:
        return intake.load(case.path.read_bytes())
    except IntakeError as refusal:
        return refusal


def good_pixels(intake: Intake) -> list[np.ndarray]:
    good = [case for case in cases() if case.expected == "accept"][:N_GOOD]
    return [intake.load(case.path.read_bytes()).pixels for case in good]


def test_every_hostile_file_is_answered_properly_and_harms_no_other():
    wrong, slow = [], []
    with Intake(IntakeSettings()) as intake:
        before = good_pixels(intake)
        for case in cases():
            start = time.monotonic()
            answered = answer(intake, case)
            if time.monotonic() - start > LONGEST_S:
                slow.append(case.path.name)
            if not case.is_answered_by(answered):
                wrong.append((case.path.name, case.expected, str(answered)))
        after = good_pixels(intake)

    assert wrong == []
    assert slow == []
    assert len(before) == N_GOOD
    assert all(np.array_equal(b, a) for b, a in zip(before, after, strict=True))


def test_the_scan_bombs_are_refused_before_they_are_decoded():
    bombs = [case for case in cases() if case.expected == "reject:too-slow"]
    with Intake(IntakeSettings()) as intake:
        intake.load(next(c for c in cases() if c.expected == "accept").path.read_bytes())
        start = time.monotonic()
        answers = [answer(intake, bomb) for bomb in bombs]

    assert {str(getattr(a, "code", "read")) for a in answers} == {"decode_too_slow"}
    assert time.monotonic() - start < LONGEST_S / 2
