"""Asking a bundle: every image is read as often as it must be, and no oftener."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bundles import shipped

from raiox.bundle import Bundle, open_bundle
from raiox.entities import Radiograph
from raiox.intake.errors import NotAnImageError
from raiox.lab.datasets.manifest import MADE_KINDS, Sample
from raiox.lab.evaluation.predictions import predict


class CountingReader:
    """Noise of the bytes as a seed; counts what it reads, and refuses what says so."""

    def __init__(self) -> None:
        self.n_read: Counter[bytes] = Counter()

    def __call__(self, content: bytes) -> Radiograph:
        self.n_read[content] += 1
        if content == b"torn":
            raise NotAnImageError
        pixels = np.random.default_rng(int(content)).integers(0, 255, (64, 48), np.uint8)
        return Radiograph(pixels, "0" * 64, "png")


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return open_bundle(shipped("frontal_filter"))


def made_of(folder: Path, *contents: str) -> list[Sample]:
    """Each radiograph as it is, rotated and as a negative, one after the other."""
    for content in contents:
        (folder / content).write_text(content)
    iter_pixels = [
        Sample(folder / name, "frontal", "drawn", "valid", name, "") for name in contents
    ]
    return [
        replace(sample, label=str(kind), kind=kind) for sample in iter_pixels for kind in MADE_KINDS
    ]


def test_what_is_made_of_an_image_takes_one_reading_of_it(bundle: Bundle, tmp_path: Path) -> None:
    read, samples = CountingReader(), made_of(tmp_path, "1", "2")

    predictions = predict(bundle, samples, read, 1)

    assert read.n_read == {b"1": 1, b"2": 1}
    apart = [predict(bundle, [sample], CountingReader(), 1).logits[0] for sample in samples]
    np.testing.assert_array_equal(predictions.logits, apart)


def test_an_image_that_cannot_be_read_is_counted_for_all_that_is_made_of_it(
    bundle: Bundle, tmp_path: Path
) -> None:
    unread: Counter[str] = Counter()

    predictions = predict(
        bundle, made_of(tmp_path, "1", "torn"), CountingReader(), 1, unread=unread
    )

    assert len(predictions.samples) == len(MADE_KINDS)
    assert unread == {NotAnImageError.code: len(MADE_KINDS)}


def test_a_margin_changes_no_prediction(bundle: Bundle, tmp_path: Path) -> None:
    samples = made_of(tmp_path, "1")[:1]

    def on_a_page(content: bytes) -> Radiograph:
        radiograph = CountingReader()(content)
        return replace(radiograph, pixels=np.pad(radiograph.pixels, 20, constant_values=255))

    with_margin = predict(bundle, samples, on_a_page, 1)

    without = predict(bundle, samples, CountingReader(), 1)
    np.testing.assert_array_equal(with_margin.logits, without.logits)
    assert with_margin.file_statistics[0, 0] == without.file_statistics[0, 0] + 40
