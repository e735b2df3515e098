"""A classifier for one hospital: the weights of its bundle, batch norms of the radiographs from there."""

from pathlib import Path

import numpy as np
import pytest
import torch
from bundles import shipped
from drawings import picture
from drawn_radiographs import radiograph
from typer.testing import CliRunner

from raiox.bundle import Bundle, open_bundle
from raiox.bundle.manifest import CARD_FILES, EMBEDDING_MAP_FILE, REPORT_FILE
from raiox.cli.app import app
from raiox.inference.margins import content
from raiox.inference.session import NetworkSession
from raiox.lab.errors import BundleNetworkUnknownError, TooFewRadiographsError
from raiox.lab.training.export import adaptation
from raiox.lab.training.export.adaptation import adapt_bundle
from raiox.lab.training.export.onnx_export import MAX_PARITY_ERROR, parity_error
from raiox.lab.training.networks.bundle_network import network_of
from raiox.lab.training.networks.onnx_import import bundle_weights
from raiox.phantom import draw_phantom
from raiox.preprocessing import network_input

STATISTICS = ("running_mean", "running_var")


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    """What a network sees of some drawn radiographs, all of them noisy."""
    spec = open_bundle(shipped("mobilenet")).manifest.preprocessing
    grain = np.random.default_rng(0).normal(0, 12, (256, 256))
    noisy = (np.asarray(radiograph(seed).resize((256, 256))) + grain for seed in range(8))
    return np.stack([network_input(content(n.clip(0, 255).astype(np.uint8)), spec) for n in noisy])


@pytest.fixture(autouse=True)
def _few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adaptation, "MIN_RADIOGRAPHS", 4)


@pytest.mark.parametrize("name", ["mobilenet", "densenet"])
def test_a_shipped_bundle_becomes_the_network_that_it_holds(name: str) -> None:
    bundle = open_bundle(shipped(name))
    side = bundle.manifest.preprocessing.side_px
    noise = np.random.default_rng(0).normal(0, 1, (2, 1, side, side)).astype(np.float32)

    network = network_of(bundle)

    assert parity_error(network, bundle, noise) < MAX_PARITY_ERROR


def test_a_network_of_another_kind_is_refused() -> None:
    with pytest.raises(BundleNetworkUnknownError):
        network_of(open_bundle(shipped("lungs")))


def test_only_the_statistics_change_and_they_are_those_of_the_radiographs(
    tmp_path: Path, images: np.ndarray
) -> None:
    adapt_bundle(shipped("mobilenet"), tmp_path / "adapted", images)

    old, new = (
        bundle_weights(open_bundle(folder))
        for folder in (shipped("mobilenet"), tmp_path / "adapted")
    )
    changed = {name for name in old if not torch.equal(old[name], new[name])}
    assert changed == {name for name in old if name.endswith(STATISTICS)}
    network = network_of(open_bundle(tmp_path / "adapted"))
    with torch.no_grad():
        seen = network.conv_stem(torch.from_numpy(images).repeat(1, 3, 1, 1)).mean(dim=(0, 2, 3))
    torch.testing.assert_close(new["bn1.running_mean"], seen, atol=2e-3, rtol=2e-3)


def test_the_new_bundle_answers_otherwise_and_claims_no_figure(
    tmp_path: Path, images: np.ndarray
) -> None:
    old = open_bundle(shipped("mobilenet"))

    adapt_bundle(shipped("mobilenet"), tmp_path / "adapted", images)

    new = open_bundle(tmp_path / "adapted")
    assert new.manifest.id == f"{old.manifest.id}-adapted"
    assert new.manifest.adaptation is not None
    assert new.manifest.adaptation.model_dump() == {"bundle": old.manifest.id, "n_images": 8}
    assert new.manifest.operating_points == old.manifest.operating_points
    assert {EMBEDDING_MAP_FILE, REPORT_FILE}.isdisjoint(new.manifest.files)
    english, portuguese = ((tmp_path / "adapted" / CARD_FILES[c]).read_text() for c in ("en", "pt"))
    assert "## Not measured" in english
    assert "## Não medido" in portuguese
    assert "AUC" not in english.partition("## Not measured")[2]
    before, after = (answer(bundle, images) for bundle in (old, new))
    assert np.abs(before - after).max() > 0.05


def answer(bundle: Bundle, images: np.ndarray) -> np.ndarray:
    return NetworkSession(bundle, 1).run(images)["logits"]


def test_of_a_few_radiographs_nothing_is_estimated(tmp_path: Path, images: np.ndarray) -> None:
    with pytest.raises(TooFewRadiographsError):
        adapt_bundle(shipped("mobilenet"), tmp_path / "adapted", images[:3])

    assert not (tmp_path / "adapted").exists()


def test_the_command_leaves_out_what_is_no_frontal_radiograph(tmp_path: Path) -> None:
    folder = tmp_path / "radiographs"
    folder.mkdir()
    chest = draw_phantom()
    for shift in range(5):
        (folder / f"{shift}.png").write_bytes(picture(np.roll(chest, 2 * shift, axis=1), "png"))
    (folder / "turned.png").write_bytes(picture(np.rot90(chest).copy(), "png"))
    (folder / "broken.png").write_bytes(picture(chest, "png")[:900])

    done = CliRunner().invoke(app, ["adapt", "mobilenet", str(folder), str(tmp_path / "adapted")])

    assert done.exit_code == 0, done.output
    adapted = open_bundle(tmp_path / "adapted").manifest.adaptation
    assert adapted is not None
    assert adapted.n_images == 5
