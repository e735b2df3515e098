"""Models, embedding map and examples."""

import json

import numpy as np
import pytest
from fakes import png

from raiox.bundle.embedding_map import EmbeddingMap, MapCase
from raiox.phantom import EXAMPLES
from raiox.settings import InferenceSettings
from raiox.vocabulary import FINDINGS, PHANTOM_SOFTWARE
from raiox.web.site.examples import write_list

pytestmark = pytest.mark.anyio


def drawn_map() -> EmbeddingMap:
    """A map of one case."""
    return EmbeddingMap(
        mean=np.zeros(6, np.float32),
        components=np.eye(4, 6, dtype=np.float32),
        coordinates=np.array([[0.5, -1.0, 2.0, 0.1]], np.float32),
        cases=(MapCase("cohen/one.jpg", "covid19", "cohen"),),
        explained_variance=np.array([0.5, 0.2, 0.1, 0.1], np.float32),
    )


async def test_shows_which_models_answer(start):
    async with start() as service:
        answer = (await service.browser().get("/api/v1/models/current")).json()

    classifier = answer["models"]["classifier"]
    assert (classifier["id"], classifier["sha256"]) == ("fake_classifier", "c" * 64)
    assert classifier["labels"] == answer["labels"] == list(FINDINGS)
    assert answer["keep_images_h"] == 24
    assert answer["operating_points"] == {"covid19": 0.3}
    assert answer["operating_figures"] == {"covid19": {"sensitivity": 0.9, "specificity": 0.8}}


@pytest.mark.parametrize("name", ["densenet", "mobilenet"])
async def test_the_embedding_map_is_the_bundles_or_empty(start, tmp_path, name):
    bundle = tmp_path / "models" / name
    bundle.mkdir(parents=True)
    inference = InferenceSettings(models_dir=tmp_path / "models", classifier_bundle=name)
    async with start(inference=inference) as service:
        browser = service.browser()
        without = await browser.get("/api/v1/embedding-map")
    (bundle / "embedding_map.json").write_bytes(drawn_map().to_json())
    async with start(inference=inference) as service:
        with_map = await service.browser().get("/api/v1/embedding-map")

    empty = {"cases": [], "coordinates": [], "explained_variance": []}
    assert (without.status_code, without.json()) == (200, empty)
    assert with_map.json() == {
        "cases": [{"image": "cohen/one.jpg", "finding": "covid19", "source": "cohen"}],
        "coordinates": [[0.5, -1.0, 2.0, 0.1]],
        "explained_variance": [0.5, 0.2, 0.1, 0.1],
    }


@pytest.fixture
def bundle_with_map(tmp_path):
    """A classifier's folder whose map lists one case of two images that are at hand."""
    bundle = tmp_path / "models" / "drawn"
    bundle.mkdir(parents=True)
    (bundle / "embedding_map.json").write_bytes(drawn_map().to_json())
    images = tmp_path / "data" / "chest" / "images" / "cohen"
    images.mkdir(parents=True)
    (images / "one.jpg").write_bytes(b"one")
    (images / "secret.jpg").write_bytes(b"secret")
    manifest = (
        "image,label,split,label_conflict,licence,origin\n"
        "images/cohen/one.jpg,covid19,valid,0,CC BY 4.0,repo/one.jpg\n"
    )
    (tmp_path / "data" / "chest" / "manifest.csv").write_text(manifest)
    return InferenceSettings(models_dir=tmp_path / "models", classifier_bundle="drawn")


CASES = "/api/v1/embedding-map/cases/cohen"


async def test_a_reference_case_shows_its_image_and_licence_where_the_data_are(
    start, tmp_path, bundle_with_map
):
    async with start(inference=bundle_with_map, datasets=tmp_path / "data") as service:
        browser = service.browser()
        answer = (await browser.get(f"{CASES}/one.jpg")).json()
        image = await browser.get(answer["url"])
        unlisted = [await browser.get(f"{CASES}/secret.jpg{end}") for end in ("", "/image")]

    assert (answer["licence"], answer["origin"]) == ("CC BY 4.0", "repo/one.jpg")
    assert image.content == b"one"
    assert {answer.status_code for answer in unlisted} == {404}


async def test_a_reference_case_without_the_data_has_no_image(start, bundle_with_map):
    async with start(inference=bundle_with_map, datasets=None) as service:
        browser = service.browser()
        answer = (await browser.get(f"{CASES}/one.jpg")).json()
        image = await browser.get(f"{CASES}/one.jpg/image")

    assert (answer["finding"], answer["url"]) == ("covid19", None)
    assert image.status_code == 404


async def test_the_map_comes_in_the_projectors_two_files(start, bundle_with_map):
    async with start(inference=bundle_with_map) as service:
        browser = service.browser()
        tensors = await browser.get("/api/v1/embedding-map/tensors.tsv")
        metadata = await browser.get("/api/v1/embedding-map/metadata.tsv")

    assert tensors.text == "0.5\t-1.0\t2.0\t0.1\n"
    assert metadata.text == "image\tfinding\tsource\ncohen/one.jpg\tcovid19\tcohen\n"


async def test_the_report_is_the_answering_bundles_or_a_problem(start, tmp_path):
    bundle = tmp_path / "models" / "mobilenet"
    bundle.mkdir(parents=True)
    inference = InferenceSettings(models_dir=tmp_path / "models", classifier_bundle="mobilenet")
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
        answer = (await browser.get("/api/v1/examples")).json()["examples"]
        image = await browser.get(answer[0]["url"])
        others = [await browser.get(f"/api/v1/examples/{i}") for i in ("bad", "nobody", "secret")]

    assert [(e["id"], e["attribution"]) for e in answer] == [("one", "A. Author")]
    assert image.content == png()
    assert {answer.status_code for answer in others} == {404}


async def test_without_images_drawn_chests_are_the_examples_and_say_so(start):
    async with start(datasets=None) as service:
        browser = service.browser()
        examples = (await browser.get("/api/v1/examples")).json()["examples"]
        image = await browser.get(examples[0]["url"])
        other = await browser.get("/api/v1/examples/other")

    assert [example["id"] for example in examples] == list(EXAMPLES)
    assert all("desenhado" in example["title"]["pt"] for example in examples)
    assert PHANTOM_SOFTWARE.encode() in image.content
    assert other.status_code == 404


async def test_examples_in_the_services_own_folder_are_served_without_a_setting(start, tmp_path):
    folder = tmp_path / "var" / "examples"
    folder.mkdir(parents=True)
    (folder / "one.png").write_bytes(png())
    write_list(folder, [{"id": "one", "file": "one.png", "attribution": "A. Author"}])
    async with start(datasets=None) as service:
        examples = (await service.browser().get("/api/v1/examples")).json()["examples"]

    assert [example["attribution"] for example in examples] == ["A. Author"]


async def test_the_data_lend_an_example_of_each_finding_that_may_be_shown(start, tmp_path):
    chest = tmp_path / "data" / "chest"
    (chest / "images").mkdir(parents=True)
    rows = ["image,label,split,label_conflict,licence,origin"]
    for name, label, split, conflict, licence in [
        ("trained", "covid19", "train", 0, "CC BY 4.0"),
        ("unstated", "covid19", "test", 0, "unstated"),
        ("disputed", "covid19", "test", 1, "CC BY 4.0"),
        ("shown", "covid19", "test", 0, "CC BY-NC-SA"),
        ("clear", "no_finding", "test", 0, "CC BY 4.0"),
    ]:
        (chest / "images" / f"{name}.jpg").write_bytes(name.encode())
        rows.append(f"images/{name}.jpg,{label},{split},{conflict},{licence},repo/{name}.jpg")
    (chest / "manifest.csv").write_text("\n".join(rows))
    async with start(datasets=tmp_path / "data") as service:
        browser = service.browser()
        answer = (await browser.get("/api/v1/examples")).json()["examples"]
        images = [(await browser.get(example["url"])).content for example in answer]

    assert images == [b"clear", b"shown"]
    assert answer[1]["attribution"] == "repo/shown.jpg (CC BY-NC-SA)"
    assert answer[1]["title"] == {"pt": "Rotulada: COVID-19", "en": "Labelled: COVID-19"}
