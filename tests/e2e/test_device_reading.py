"""The reading in the browser beside the one in Python: decoded pixels, then scores and maps."""

import os
import random
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser_reading import (
    Renderer,
    beyond,
    compare,
    compare_occlusions,
    occlude_lungs,
    open_worker,
    read,
    serve_site,
)
from drawings import picture
from drawn_files import drawn_files
from drawn_radiographs import radiograph
from playwright.sync_api import Browser, Page, Route

from odd_dicom_files import DICOM_FILES
from odd_dicom_frames import DICOM_FRAMES
from odd_pictures import PICTURES
from odd_tiffs import TIFFS
from raiox.entities import LungOcclusion, Radiograph
from raiox.errors import RaioxError
from raiox.inference.local import LocalEngine
from raiox.intake import Intake
from raiox.manifest import MANIFEST_FILE, read_rows
from raiox.phantom import EXAMPLES, example_png
from raiox.settings import Settings

DATA = Path(os.environ.get("RAIOX_DATASETS", "")) / "chest"
N_REAL = int(os.environ.get("RAIOX_TEST_N_RADIOGRAPHS", "24"))
OPENING_MS = 240_000
"""The networks are fetched and compiled first, on a machine that may be busy."""
ODD = {odd.name: odd for odd in (*DICOM_FILES, *DICOM_FRAMES, *PICTURES, *TIFFS)}
MENDED = (
    "bmp_of_os2",
    "bytes_in_big_endian_words",
    "collimated_by_a_circle",
    "collimated_by_a_polygon",
    "collimated_by_the_display_shutter",
    "png_in_jet",
    "png_in_viridis",
    "png_of_bytes_in_the_other_order",
    "png_with_a_heatmap",
    "palette_of_false_colours",
    "shared_chroma_called_rgb",
    "tiff_of_reversed_bits",
    "tiff_stack_of_imagej",
    "tiff_without_photometric_interpretation",
    "voi_lut_in_the_other_byte_order",
)
CHEST = np.asarray(radiograph(21).resize((240, 256)))
FILES = dict(drawn_files()) | {name: ODD[name].draw(CHEST) for name in MENDED}
PICTURE_AT = 32
DECODES_HEIC = f"""
const decode = globalThis.createImageBitmap;
globalThis.createImageBitmap = (file, options) =>
  decode(file.type === 'image/heic' ? file.slice({PICTURE_AT}) : file, options);
"""
"""A browser that decodes HEIC, as Safari; what it decodes is a PNG in the second box."""
MAX_GROWTH = 1.25
ROUNDED = 1
"""Shades of 255 by which arithmetic in another order may differ."""

ALSO_ROUNDED = {"avif_alpha": 9}
"""Where a browser multiplies colours by their opacity before they become gray: by 2, and by 9 since
Chromium 156, which takes the opacities of AVIF for values of video, from 16 to 235, and stretches them."""

VALUES_ROUNDED = {"jpeg_12_detailed": 1}
"""Of 4,096, where another decoder undoes the same transform."""

REFUSED_HERE = {
    "heic": "unsupported_format",
    "tiff_8_group4": "unsupported_format",
}
"""What the service reads and a browser does not, as docs/explanation/private-mode.md says."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("var"), datasets=None)


@pytest.fixture(scope="module")
def worker(browser: Browser, settings: Settings) -> Iterator[Page]:
    with serve_site(settings) as (address, script):
        page = browser.new_page()
        page.set_default_timeout(OPENING_MS)
        open_worker(page, address, script)
        yield page
        page.close()


@pytest.fixture(scope="module")
def intake(settings: Settings) -> Iterator[Intake]:
    with Intake(settings.intake) as intake:
        yield intake


@pytest.fixture(scope="module")
def engine(settings: Settings) -> LocalEngine:
    return LocalEngine.open(settings.inference)


def decoded(intake: Intake, content: bytes) -> Radiograph | RaioxError:
    try:
        return intake.load(content)
    except RaioxError as error:
        return error


@pytest.mark.parametrize("name", FILES)
def test_a_file_gives_the_same_shades_values_and_notes_or_the_same_refusal(name, worker, intake):
    here, there = decoded(intake, FILES[name]), read(worker, FILES[name], wants_pixels=True)

    if name in REFUSED_HERE:
        assert there["refusal"]["code"] == REFUSED_HERE[name]
        return
    if isinstance(here, RaioxError):
        assert there["refusal"] == {"code": here.code, "facts": dict(here.facts)}
        return
    assert "refusal" not in there, there["refusal"]
    pixels = there["pixels"]
    assert pixels["shades"].shape == here.pixels.shape
    differ = np.abs(pixels["shades"].astype(int) - here.pixels)
    assert differ.max() <= ALSO_ROUNDED.get(name, ROUNDED), (differ.max(), differ.mean())
    assert sorted(there["said"]["notes"]) == sorted(here.notes)
    assert there["said"]["sourceFormat"] == here.source_format
    assert there["said"]["pixelSpacingMm"] == pytest.approx(here.pixel_spacing_mm)
    assert (pixels["samples"] is None) == (here.values is None)
    if here.values is not None:
        apart = np.abs(pixels["samples"].astype(int) - here.values.samples)
        assert apart.max() <= VALUES_ROUNDED.get(name, 0), (apart.max(), apart.mean())
        assert pixels["scale"] == pytest.approx(vars_of(here.values.scale))


def vars_of(scale: Any) -> dict[str, float]:
    return {name: getattr(scale, name) for name in ("slope", "intercept", "black", "white")}


def test_heif_is_read_where_the_browser_decodes_it(browser, settings):
    pixels = np.asarray(radiograph(3))
    inside = picture(pixels, "png")
    content = b"\0\0\0\x18ftypheic".ljust(24, b"\0") + struct.pack(">L", 8 + len(inside)) + b"mdat"
    content += inside
    with serve_site(settings) as (address, script):
        page = browser.new_page(service_workers="block")
        page.set_default_timeout(OPENING_MS)
        page.route(f"**/{script}", decode_heic)
        open_worker(page, address, script)
        found = read(page, content, wants_pixels=True)
        page.close()

    np.testing.assert_array_equal(found["pixels"]["shades"], pixels)
    assert found["said"]["sourceFormat"] == "heif"


def decode_heic(route: Route) -> None:
    script = route.fetch()
    route.fulfill(response=script, body=DECODES_HEIC + script.text())


DRAWN = {
    **{name: example_png(name) for name in EXAMPLES},
    **{f"chest {seed}": picture(radiograph(seed), "png") for seed in range(6)},
    "a chest in margins": picture(np.pad(radiograph(7), ((30, 60), (90, 20)), constant_values=4), "png"),
    "a large chest": picture(radiograph(15, side=1_203).crop((0, 0, 1_001, 1_203)), "png"),
    "two chests": picture(np.hstack([np.asarray(radiograph(seed)) for seed in (8, 9)]), "png"),
    "a chest that lies": picture(np.rot90(np.asarray(radiograph(10))).copy(), "png"),
    "a chest turned over": picture(255 - np.asarray(radiograph(11)), "png"),
    "half a chest": picture(np.pad(radiograph(13), ((0, 0), (0, 110)), constant_values=90), "png"),
    "a chest of one bit": picture(radiograph(14).convert("1"), "png"),
    "noise": picture(np.random.default_rng(0).integers(0, 256, (256, 256), dtype=np.uint8), "png"),
    "nothing": picture(np.full((256, 256), 90, np.uint8), "png"),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawn_picture_gets_the_same_outcome_scores_and_maps(name, worker, intake, engine):
    [here] = engine.predict([intake.load(DRAWN[name])])

    assert beyond(compare(here, read(worker, DRAWN[name]))) == {}


@pytest.mark.parametrize("name", DRAWN)
def test_hidden_lungs_leave_the_same_scores_or_are_not_found_either(name, worker, intake, engine):
    [here] = engine.occlude_lungs([intake.load(DRAWN[name])])
    read(worker, DRAWN[name])
    there = occlude_lungs(worker)

    if isinstance(here, RaioxError):
        assert there == {"refusal": {"code": here.code, "facts": {}}}
    else:
        assert beyond(compare_occlusions(here, there)) == {}


@pytest.mark.data
@pytest.mark.skipif(not (DATA / MANIFEST_FILE).exists(), reason="RAIOX_DATASETS names no data")
def test_radiographs_as_they_lie_on_the_disk_get_the_same_outcome_scores_and_maps(
    worker, intake, engine
):
    rows = [row for row in read_rows(DATA / MANIFEST_FILE) if row["split"] == "valid"]
    for row in random.Random(1).sample(rows, N_REAL):
        content = row.path.read_bytes()
        radiograph = intake.load(content)
        [here], [occluded] = engine.predict([radiograph]), engine.occlude_lungs([radiograph])
        differences = compare(here, read(worker, content))
        if isinstance(occluded, LungOcclusion):
            differences |= compare_occlusions(occluded, occlude_lungs(worker))

        assert beyond(differences) == {}, row["image"]


def test_twenty_readings_leave_no_more_memory_behind_than_five(worker):
    content = picture(radiograph(12, side=512), "png")
    held = []
    for _ in range(20):
        read(worker, content, wants_pixels=False)
        held.append(Renderer().resident_mib)

    assert max(held[5:]) <= MAX_GROWTH * max(held[:5])
