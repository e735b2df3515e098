"""Models, embedding map and examples."""

import json

import pytest
from fakes import png

from raiox.settings import InferenceSettings

pytestmark = pytest.mark.anyio


async def test_tells_which_models_answer(start):
    async with start() as service:
        told = (await service.browser().get("/api/v1/models/current")).json()

    assert told["models"]["covid_classifier"] == {"id": "fake_classifier", "sha256": "c" * 64}
    assert told["keep_images_h"] == 24


@pytest.mark.parametrize("name", ["covid_classifier", "fast_classifier"])
async def test_the_embedding_map_is_the_bundles_or_empty(start, tmp_path, name):
    bundle = tmp_path / "models" / name
    bundle.mkdir(parents=True)
    inference = InferenceSettings(models_dir=tmp_path / "models", classifier_bundle=name)
    async with start(inference=inference) as service:
        browser = service.browser()
        without = await browser.get("/api/v1/embedding-map")
        (bundle / "embedding_map.json").write_text('{"points": [1]}')
        with_map = await browser.get("/api/v1/embedding-map")

    assert (without.status_code, without.json()) == (200, {"points": []})
    assert with_map.json() == {"points": [1]}


async def test_the_report_is_the_answering_bundles_or_a_problem(start, tmp_path):
    bundle = tmp_path / "models" / "fast_classifier"
    bundle.mkdir(parents=True)
    inference = InferenceSettings(
        models_dir=tmp_path / "models", classifier_bundle="fast_classifier"
    )
    async with start(inference=inference) as service:
        browser = service.browser()
        without = await browser.get("/api/v1/models/current/report")
        (bundle / "report.json").write_text('{"format_version": 1}')
        with_report = await browser.get("/api/v1/models/current/report")

    assert (without.status_code, without.json()["code"]) == (404, "report_not_found")
    assert with_report.json() == {"format_version": 1}


async def test_examples_carry_their_attribution_and_only_listed_files_are_served(start, tmp_path):
    folder = tmp_path / "examples"
    folder.mkdir()
    (folder / "one.png").write_bytes(png())
    (folder / "secret.png").write_bytes(png())
    listed = [
        {"id": "one", "file": "one.png", "attribution": "A. Author", "licence": "CC0-1.0"},
        {"id": "bad", "file": "../secret.png", "attribution": "A. Author"},
        {"id": "nobody", "file": "secret.png"},
    ]
    (folder / "examples.json").write_text(json.dumps(listed))
    async with start(examples_dir=folder) as service:
        browser = service.browser()
        told = (await browser.get("/api/v1/examples")).json()["examples"]
        image = await browser.get(told[0]["url"])
        others = [await browser.get(f"/api/v1/examples/{i}") for i in ("bad", "nobody", "secret")]

    assert [(e["id"], e["attribution"]) for e in told] == [("one", "A. Author")]
    assert image.content == png()
    assert {answer.status_code for answer in others} == {404}
