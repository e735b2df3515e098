"""The values of a file of more than 8 bits: kept, served, and gone with the picture."""

import io

import numpy as np
import pytest
from fakes import deep_png, png
from PIL import Image

from raiox.records.backup import back_up, restore
from raiox.settings import RecordsSettings

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
HOUR_S = 3_600.0


async def test_they_are_served_without_the_loss_of_a_bit(start):
    async with start() as service:
        browser = service.browser()
        document = (await browser.post(ANALYSES, content=deep_png())).json()
        answer = await browser.get(document["values"]["address"])
        stranger = await service.browser().get(document["values"]["address"])

    values = np.asarray(Image.open(io.BytesIO(answer.content)))
    np.testing.assert_array_equal(values, np.asarray(Image.open(io.BytesIO(deep_png()))))
    assert document["values"] | {"address": ""} == {
        "address": "", "slope": 1.0, "intercept": 0.0, "black": 0.0, "white": 65535.0,
    }  # fmt: skip
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert stranger.status_code == 404


async def test_a_file_of_8_bits_has_none(start, tmp_path):
    async with start() as service:
        browser = service.browser()
        document = (await browser.post(ANALYSES, content=png())).json()
        answer = await browser.get(f"{ANALYSES}/{document['id']}/values")
        names = [path.name for path in (tmp_path / "var" / "images").iterdir()]

    assert document["values"] is None
    assert (answer.status_code, answer.json()["code"]) == (404, "image_not_kept")
    assert [name.count(".") for name in names] == [1]


async def test_they_are_deleted_with_their_analysis(start, tmp_path):
    async with start() as service:
        browser = service.browser()
        document = (await browser.post(ANALYSES, content=deep_png())).json()
        await browser.delete(f"{ANALYSES}/{document['id']}")
        answer = await browser.get(document["values"]["address"])

    assert answer.status_code == 404
    assert list((tmp_path / "var" / "images").iterdir()) == []


async def test_they_go_when_the_time_of_the_image_is_over(start, tmp_path):
    async with start(records={"keep_images_h": 1}) as service:
        browser = service.browser()
        document = (await browser.post(ANALYSES, content=deep_png())).json()
        service.clock.pass_s(HOUR_S + 1)
        service.service.records.sweep()
        later = (await browser.get(f"{ANALYSES}/{document['id']}")).json()

    assert (later["image"], later["values"]) == (None, None)
    assert list((tmp_path / "var" / "images").iterdir()) == []


@pytest.mark.parametrize("settings", [{"keep_values": False}, {"keep_images_h": 0}])
async def test_they_are_not_kept_where_the_settings_do_not_want_it(start, settings):
    async with start(records=settings) as service:
        document = (await service.browser().post(ANALYSES, content=deep_png())).json()

    assert document["values"] is None


async def test_a_backup_with_images_holds_them(start, tmp_path):
    async with start() as service:
        await service.browser().post(ANALYSES, content=deep_png())
        made = back_up(RecordsSettings(), tmp_path / "var", tmp_path / "copy", with_images=True)
        brought = restore(tmp_path / "copy", tmp_path / "new")

    assert made.n_images == brought.n_images == 1
    assert len(list((tmp_path / "new" / "images").iterdir())) == 2
