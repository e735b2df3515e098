"""Prepared pixels: made once, the oldest gone when room is short."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from raiox.lab.training.data import pixel_cache
from raiox.lab.training.data.pixel_cache import cached_pixels, read_square
from raiox.preprocessing import Preprocessing

SPEC = Preprocessing(side_px=16, fit="letterbox")


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    random = np.random.default_rng(0)
    paths = [tmp_path / f"{i}.png" for i in range(3)]
    for path in paths:
        Image.fromarray(random.integers(0, 255, (20, 24), dtype=np.uint8)).save(path)
    return paths


def test_the_cache_holds_what_reading_gives(images: list[Path], tmp_path: Path) -> None:
    pixels = cached_pixels(images, SPEC, tmp_path / "cache", n_processes=1)

    for path, kept in zip(images, pixels, strict=True):
        assert np.array_equal(kept, read_square(path, SPEC))


def test_a_second_call_reads_no_image(images: list[Path], tmp_path: Path) -> None:
    first = cached_pixels(images, SPEC, tmp_path / "cache", n_processes=1)
    sizes = [path.stat().st_size for path in images]
    for path, size in zip(images, sizes, strict=True):
        path.write_bytes(b"x" * size)

    assert np.array_equal(cached_pixels(images, SPEC, tmp_path / "cache"), first)


def test_what_was_used_longest_ago_makes_room(
    images: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    for age, n in ((300, 1), (200, 2)):
        before = set(cache.glob("*")) if cache.exists() else set()
        cached_pixels(images[:n], SPEC, cache, n_processes=1)
        (made,) = set(cache.glob("*")) - before
        os.utime(made, (made.stat().st_atime, made.stat().st_mtime - age))
    oldest, newer = sorted(cache.glob("*"), key=lambda file: file.stat().st_mtime)
    monkeypatch.setattr(pixel_cache, "MAX_FOLDER_BYTES", newer.stat().st_size + 3 * 16 * 16)

    cached_pixels(images, SPEC, cache, n_processes=1)

    assert not oldest.exists()
    assert newer.exists()


def test_a_cache_too_large_for_memory_is_mapped(
    images: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pixel_cache, "MAX_READ_BYTES", 10)

    assert isinstance(cached_pixels(images, SPEC, tmp_path / "cache", 1), np.memmap)


def test_training_sees_what_is_inside_a_margin(tmp_path: Path) -> None:
    content = np.random.default_rng(1).integers(30, 220, (40, 40), dtype=np.uint8)
    on_a_page = np.full((60, 90), 255, np.uint8)
    on_a_page[10:50, 25:65] = content
    for name, pixels in (("content", content), ("on_a_page", on_a_page)):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")

    squares = [read_square(tmp_path / f"{name}.png", SPEC) for name in ("content", "on_a_page")]

    assert np.array_equal(*squares)
