"""The networks as files, for browsers that read images themselves."""

import hashlib

import pytest

from raiox.inference.local import SHIPPED_MODELS
from raiox.settings import IntakeSettings, RecordsSettings, WebSettings
from raiox.vocabulary import FINDINGS

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not SHIPPED_MODELS.exists(), reason="no model is shipped yet"),
]
ISOLATION = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
}


def files_of(catalogue):
    networks = [network["model"] for network in catalogue["networks"].values()]
    sides = [catalogue[name] for name in ("embedding_map", "embedding_distance", "report")]
    return [*networks, *filter(None, sides)]


async def test_every_file_of_the_catalogue_is_what_its_name_says_and_never_changes(start):
    async with start() as service:
        browser = service.browser()
        catalogue = (await browser.get("/device.json")).json()
        assert set(catalogue["networks"]) == {"frontal_filter", "classifier", "lungs"}
        for file in files_of(catalogue):
            answer = await browser.get(f"/{file['path']}")

            assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
            assert file["path"].startswith(f"models/{file['sha256']}.")
            assert len(answer.content) == file["n_bytes"]
            assert "immutable" in answer.headers["cache-control"]
            assert answer.headers.items() >= ISOLATION.items()


async def test_nothing_but_those_files_is_served(start):
    async with start() as service:
        browser = service.browser()
        for name in ("model.onnx", "0" * 64 + ".onnx", "..%2f..%2fraiox.db", "manifest.json"):
            answer = await browser.get(f"/models/{name}")

            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_catalogue_says_what_holds_on_the_device_and_is_asked_for_anew(start):
    records = RecordsSettings(keep_images_h=2, keep_results_h=48)
    intake = IntakeSettings(max_pixels=1_000_000, max_jpeg_scans=7)
    async with start(records=records, web=WebSettings(share_h=6), intake=intake) as service:
        answer = await service.browser().get("/device.json")

    limits, models = answer.json()["limits"], answer.json()["models"]
    assert (limits["max_pixels"], limits["max_jpeg_scans"]) == (1_000_000, 7)
    assert answer.headers["cache-control"] == "no-cache"
    assert (models["keep_images_h"], models["keep_results_h"], models["share_h"]) == (2, 48, 0)
    assert models["labels"] == list(FINDINGS)
    assert set(models["operating_figures"]) == set(models["operating_points"])
    networks = answer.json()["networks"]
    assert {role: one["sha256"] for role, one in models["models"].items()} == {
        role: network["sha256"] for role, network in networks.items()
    }
    assert not {"files", "training", "licence"} & set(networks["classifier"]["manifest"])


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        ("both", "<html lang"),
        ("server", '<html data-reading="server" lang'),
        ("private", '<html data-reading="private" lang'),
    ],
)
async def test_the_page_says_where_images_may_be_read_and_is_isolated(
    start, tmp_path, reading, said
):
    page = tmp_path / "page"
    page.mkdir()
    (page / "index.html").write_text(
        '<!doctype html><html lang="pt-BR"><title>raiox</title></html>'
    )
    async with start(page_dir=page, web=WebSettings(reading=reading)) as service:
        answer = await service.browser().get("/")

    assert said in answer.text
    assert answer.headers.items() >= ISOLATION.items()
