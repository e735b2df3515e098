"""A bundle of five findings, decided one among all or each on its own, needs no change of code."""

import asyncio
import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import onnx
import pytest
from exported_networks import SPEC, Exported
from onnx import numpy_helper
from PIL import Image
from typer.testing import CliRunner, Result

from raiox.bundle import write_bundle
from raiox.bundle.manifest import BundleManifest, OperatingPoint, Training
from raiox.cli.app import app
from raiox.inference.local import LocalEngine
from raiox.intake import Intake
from raiox.service.lifecycle import Factories
from raiox.settings import InferenceSettings, Settings
from raiox.vocabulary import IMAGE_KINDS
from raiox.web.app import create_app

FIVE = ("atelectasis", "cardiomegaly", "effusion", "nodule", "pneumothorax")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, mobilenet: Exported) -> Path:
    """A filter that accepts everything, and two classifiers of five findings."""
    folder = tmp_path_factory.mktemp("models")
    network = mobilenet.model
    _write(
        folder / "frontal_filter", network, "frontal_filter", tuple(map(str, IMAGE_KINDS)), (9.0,)
    )
    _write(folder / "single", network, "classifier", FIVE, (0.0, 0.0, 6.0, 0.0, 0.0))
    for name, biases in {"multi": (-6.0, 6.0, 4.0, -6.0, -6.0), "silent": (-6.0,) * 5}.items():
        _write(folder / name, network, "classifier", FIVE, biases, multi_label=True)
    return folder


def _write(
    folder: Path,
    network: bytes,
    role: str,
    labels: tuple[str, ...],
    biases: tuple[float, ...],
    **more: object,
) -> None:
    point = OperatingPoint(threshold=0.5, sensitivity=0.9, specificity=0.9)
    manifest = BundleManifest(
        id=f"{folder.name}-drawn",
        role=role,
        labels=labels,
        preprocessing=SPEC,
        temperature=1.0,
        operating_points=dict.fromkeys(labels, point),
        set_threshold=0.25,
        licence="CC0",
        training=Training(
            recipe="drawn", seed=0, code_version="0", data_sha256="0" * 64,
            started_from="scratch", sources=(),
        ),
        files={},
        **more,
    )  # fmt: skip
    card = b"# Drawn\n"
    model = _with_outputs(onnx.load_from_string(network), len(labels), biases)
    write_bundle(folder, manifest, {"model.onnx": model, "card.md": card})


def _with_outputs(model: onnx.ModelProto, n: int, biases: tuple[float, ...]) -> bytes:
    """The network with a head whose answer its biases decide; the outputs after them get none."""
    held = {tensor.name: tensor for tensor in model.graph.initializer}
    made = {node.output[0]: node for node in model.graph.node}
    _, weight, zero = made["maps"].input
    while weight not in held:  # it is stored as float16 and cast
        weight = made[weight].input[0]
    small = 0.01 * numpy_helper.to_array(held[weight])
    heads = {
        weight: np.resize(small, (n, *small.shape[1:])).astype(small.dtype),
        zero: np.zeros(n, np.float32),
        made["logits"].input[1]: np.pad(np.array(biases, np.float32), (0, n - len(biases))),
    }
    for name, values in heads.items():
        held[name].CopyFrom(numpy_helper.from_array(values, name))
    model.graph.ClearField("value_info")  # shapes of three outputs
    for output in model.graph.output[:2]:
        output.type.tensor_type.shape.dim[1].dim_value = n
    return model.SerializeToString()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bright, dark and gray regions with soft edges: no chest, but no blank image either."""
    rows, columns = np.mgrid[:160, :192] / 192
    waves = np.sin(9 * rows) * np.cos(7 * columns) + 0.4 * np.sin(31 * columns * rows)
    noise = np.random.default_rng(0).normal(0, 4, rows.shape)
    file = tmp_path_factory.mktemp("images") / "waves.png"
    Image.fromarray(np.clip(128 + 85 * waves + noise, 0, 255).astype(np.uint8)).save(file)
    return file


@pytest.fixture
def run(models: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """A command of raiox with one of the drawn classifiers."""

    def command(classifier: str, *arguments: object) -> Result:
        monkeypatch.setenv("RAIOX_INFERENCE__MODELS_DIR", str(models))
        monkeypatch.setenv("RAIOX_INFERENCE__CLASSIFIER_BUNDLE", classifier)
        return CliRunner().invoke(app, list(map(str, arguments)))

    return command


@pytest.mark.parametrize(
    ("classifier", "finding", "present", "total"),
    [
        ("single", "effusion", ["effusion"], 1.0),
        ("multi", "cardiomegaly", ["cardiomegaly", "effusion"], None),
        ("silent", "none", [], None),
    ],
)
def test_the_command_line_answers_in_the_bundles_own_labels(
    run, image, tmp_path, classifier, finding, present, total
) -> None:
    result = run(classifier, "predict", image, "--heatmaps", tmp_path / "maps")

    document = json.loads(result.stdout)
    assert tuple(document["scores"]) == FIVE
    assert document["finding"] == finding
    assert document["findings_set"] == present
    assert total is None or sum(document["scores"].values()) == pytest.approx(total, abs=1e-3)
    assert tuple(document["maps"]) == FIVE
    assert all(Path(file).is_file() for file in document["maps"].values())


def test_the_table_has_a_column_for_each_of_its_labels(run, image, tmp_path) -> None:
    table = tmp_path / "table.csv"

    run("multi", "predict", image, "--csv", table)

    (row,) = csv.DictReader(io.StringIO(table.read_text(encoding="utf-8")))
    scores = [float(row[name]) for name in row if name.removeprefix("score_") in FIVE]
    assert len(scores) == len(FIVE)
    assert max(scores) > 0.9


def test_the_service_shows_and_exports_its_labels(models, image, tmp_path) -> None:
    inference = InferenceSettings(models_dir=models, classifier_bundle="multi", n_threads=1)
    settings = Settings(data_dir=tmp_path / "var", inference=inference)
    factories = Factories(
        lambda: LocalEngine.open(inference), lambda: Intake(settings.intake)
    )  # fmt: skip
    service = create_app(settings, factories)

    async def visit() -> list[httpx.Response]:
        transport = httpx.ASGITransport(service)
        async with (
            service.router.lifespan_context(service),
            httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser,
        ):
            while (await browser.get("/readyz")).status_code != 200:  # noqa: ASYNC110 (nobody notifies)
                await asyncio.sleep(0.05)
            api, wait = "/api/v1/analyses", {"Prefer": "wait=20"}
            sent = await browser.post(api, content=image.read_bytes(), headers=wait)
            address = f"{api}/{sent.json()['id']}"
            return [sent] + [
                await browser.get(path)
                for path in (
                    f"{address}/heatmap/nodule.png",
                    f"{address}/heatmap/covid19.png",
                    "/api/v1/models/current",
                    f"/plain/{sent.json()['id']}?lang=pt",
                    f"{address}/export?format=csv",
                )
            ]

    sent, heatmap, unknown, current, plain, exported = asyncio.run(visit())
    document = sent.json()
    assert document["findings_set"] == ["cardiomegaly", "effusion"]
    assert tuple(document["scores"]) == tuple(document["maps"]) == FIVE
    assert heatmap.headers["content-type"] == "image/png"
    assert unknown.status_code == 404
    assert tuple(current.json()["models"]["classifier"]["labels"]) == FIVE
    assert "Cardiomegaly" in plain.text
    assert "pneumothorax" in exported.text


def test_its_labels_are_evaluated(run, models, image, tmp_path) -> None:
    folder = tmp_path / "mine"
    for label in FIVE:
        (folder / label).mkdir(parents=True)
        for i in range(3):
            pixels = np.roll(np.asarray(Image.open(image)), 11 * i, axis=1)
            Image.fromarray(pixels).save(folder / label / f"{label}{i}.png")

    result = run("single", "evaluate", models / "single", "--manifest", folder,
                 "--out", tmp_path / "report")  # fmt: skip

    assert result.exit_code == 0, result.stderr
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    names = json.dumps([metric["key"] for metric in report["metrics"]])
    assert all(label in names for label in FIVE)
    assert report["data"]["n_images"] == 15
