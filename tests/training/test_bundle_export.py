"""A finished run becomes a bundle that serves; `test` stays closed until it is opened."""

import hashlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import save_file
from torch import nn

from raiox.bundle import open_bundle
from raiox.entities import EngineResult, Radiograph
from raiox.inference.heatmap import render
from raiox.inference.local import LocalEngine
from raiox.inference.lungs import LungSegmenter
from raiox.lab.errors import TaskNotServedError
from raiox.lab.training.export.bundle_export import export_run
from raiox.lab.training.networks.build import build_network
from raiox.lab.training.recipe import OneCycle, Recipe, Stage, TaskName
from raiox.preprocessing import Preprocessing
from raiox.settings import InferenceSettings

SIDE_PX = 64


class OpenReader:
    """Decodes without a sandbox and remembers what it decoded."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def __call__(self, content: bytes) -> Radiograph:
        digest = hashlib.sha256(content).hexdigest()
        self.seen.add(digest)
        return Radiograph(np.asarray(Image.open(io.BytesIO(content)).convert("L")), digest, "png")


def finished_run(folder: Path, name: str, task: TaskName) -> Path:
    """A run folder as training leaves it, of a network that learned nothing."""
    recipe = Recipe(
        name=name,
        task=task,
        network="mobilenet",
        preprocessing=Preprocessing(side_px=SIDE_PX, fit="letterbox"),
        stages=(Stage(side_px=SIDE_PX, schedule=OneCycle(n_samples=8, learning_rate=1e-3)),),
    )
    network = build_network(recipe)
    if task == "frontal_filter":
        _take_all_for_frontal(network)
    folder.mkdir(parents=True)
    (folder / "recipe.json").write_text(recipe.model_dump_json())
    metadata = {"seed": 0, "code_version": "0.0+drawn", "data_sha256": "0" * 64}
    (folder / "run.json").write_text(json.dumps(metadata))
    save_file(network.state_dict(), folder / "weights.safetensors")
    return folder


def _take_all_for_frontal(network: nn.Module) -> None:
    nn.init.zeros_(network.head.classifier.weight)
    nn.init.zeros_(network.head.classifier.bias)
    network.head.classifier.bias.data[0] = 9.0


def digests(data: Path, split: str) -> set[str]:
    """SHA-256 of every drawn radiograph of a split."""
    index = {"valid": 2, "test": 3}[split]  # positions in conftest's SPLITS
    return {
        hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (data / "chest").glob("*.png")
        if int(file.stem.rsplit("-", 1)[1]) % 4 == index
    }


@pytest.fixture(scope="module")
def classifier_reader() -> OpenReader:
    """Knows what the export of the classifier read."""
    return OpenReader()


@pytest.fixture(scope="module")
def models(
    drawn_data: Path, tmp_path_factory: pytest.TempPathFactory, classifier_reader: OpenReader
) -> Path:
    """Bundles of both roles, exported with `test` closed; the classifier is the fast one."""
    folder = tmp_path_factory.mktemp("models")
    for name, task, reader in (
        ("frontal_filter", "frontal_filter", OpenReader()),
        ("mobilenet", "findings", classifier_reader),
    ):
        run = finished_run(folder / "runs" / name, name, task)
        export_run(run, folder / name, drawn_data, reader, n_threads=1)
    return folder


def test_an_export_never_reads_the_test_split(
    models: Path, classifier_reader: OpenReader, drawn_data: Path
) -> None:
    card = (models / "mobilenet" / "card.md").read_text()

    assert classifier_reader.seen == digests(drawn_data, "valid")
    assert "## Measured on `split=valid`; `test` not opened" in card
    assert "`test` não foi aberto" in (models / "mobilenet" / "card.pt.md").read_text()
    assert "split=test`\n" not in card


def test_an_opened_test_split_gives_the_figures_and_the_map(
    models: Path, drawn_data: Path, tmp_path: Path
) -> None:
    reader, out = OpenReader(), tmp_path / "b"
    run = models / "runs" / "mobilenet"

    export_run(run, out, drawn_data, reader, n_threads=1, open_test=True)

    opened, closed = open_bundle(out), open_bundle(models / "mobilenet")
    assert opened.manifest.architecture == "mobilenet"
    assert digests(drawn_data, "test") <= reader.seen
    assert "## Measured on `split=test`" in (out / "card.md").read_text()
    assert opened.embedding_map != closed.embedding_map
    # What serves was fitted on `valid` alone, so it is the same network to the last bit.
    assert opened.sha256 == closed.sha256
    assert opened.manifest.operating_points == closed.manifest.operating_points
    assert opened.manifest.temperature == closed.manifest.temperature


def test_a_run_of_a_task_that_nothing_serves_is_refused(drawn_data: Path, tmp_path: Path) -> None:
    run = finished_run(tmp_path / "run", "opacity", "opacity")

    with pytest.raises(TaskNotServedError) as refusal:
        export_run(run, tmp_path / "b", drawn_data, OpenReader(), n_threads=1)

    assert refusal.value.facts["task"] == "opacity"


def test_the_mobilenet_reads_scores_maps_and_cases(models: Path, drawn_data: Path) -> None:
    settings = InferenceSettings(models_dir=models, classifier_bundle="mobilenet", n_threads=1)
    engine = LocalEngine.open(settings)
    radiograph = OpenReader()((drawn_data / "chest" / "covid19-3.png").read_bytes())

    result = engine.predict([radiograph])[0]

    assert isinstance(result, EngineResult)
    assert engine.models["classifier"].id == "mobilenet-0.0"
    prediction = result.prediction
    assert prediction is not None
    assert sum(prediction.scores.values()) == pytest.approx(1.0)
    # Its grid is half as fine as the DenseNet's; over the image both are drawn alike.
    assert prediction.activation_maps.shape == (3, 38, 40)
    assert np.isfinite(prediction.activation_maps).all()
    heatmap = Image.open(io.BytesIO(render(prediction.activation_maps[0], 64, 60)))
    assert heatmap.size == (64, 60)
    assert prediction.embedding_xyz is not None
    assert len(prediction.neighbours) == 5


def test_a_network_of_masks_becomes_a_bundle_that_segments(
    tmp_path: Path, masked_data: Path
) -> None:
    recipe = Recipe(
        name="drawn_lungs",
        task="lungs",
        network="unet",
        preprocessing=Preprocessing(side_px=SIDE_PX, fit="letterbox", tone="levels"),
        stages=(Stage(side_px=SIDE_PX, schedule=OneCycle(n_samples=8, learning_rate=1e-3)),),
    )
    run = tmp_path / "run"
    run.mkdir()
    network = build_network(recipe)
    (run / "recipe.json").write_text(recipe.model_dump_json())
    metadata = {"seed": 0, "code_version": "0.0+drawn", "data_sha256": "0" * 64}
    (run / "run.json").write_text(json.dumps(metadata))
    save_file(network.state_dict(), run / "weights.safetensors")

    export_run(run, tmp_path / "lungs", masked_data, OpenReader(), n_threads=1)

    bundle = open_bundle(tmp_path / "lungs")
    segmenter = LungSegmenter(bundle, n_threads=1)
    wide = Radiograph(np.full((50, 100), 90, np.uint8), "0" * 64, "png")
    lungs = segmenter.segment([wide])[0]
    assert lungs.shape == (20, 40)
    assert ((lungs >= 0) & (lungs <= 1)).all()
    assert "Dice" in (tmp_path / "lungs" / "card.md").read_text()
