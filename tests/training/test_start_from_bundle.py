"""A network starts from a bundle: read back, it predicts what the bundle does."""

from pathlib import Path

import numpy as np
import pytest
import torch
from exported_networks import SPEC, Exported
from lightning import seed_everything
from safetensors.torch import load_file

from raiox.bundle import Bundle, open_bundle, write_bundle
from raiox.bundle.manifest import BundleManifest, Training
from raiox.inference.session import NetworkSession
from raiox.lab.errors import StartBundleMissingError, StartNetworkMismatchError
from raiox.lab.training.context import TrainingContext
from raiox.lab.training.export.onnx_export import to_onnx
from raiox.lab.training.fit.average_weights import average_weights, interpolate_weights
from raiox.lab.training.networks.build import build_network
from raiox.lab.training.networks.onnx_import import bundle_weights
from raiox.lab.training.recipe import OneCycle, Recipe, Stage
from raiox.lab.training.runs.initialisation import initialise
from raiox.lab.training.runs.run_metadata import read_run_metadata
from raiox.lab.training.runs.train import train


def recipe(network: str, init: str = "scratch") -> Recipe:
    return Recipe(
        name="drawn",
        task="findings",
        network=network,
        n_head_channels=64 if network == "densenet" else None,
        init=init,
        preprocessing=SPEC,
        stages=(
            Stage(
                side_px=SPEC.side_px,
                schedule=OneCycle(n_samples=8, learning_rate=1e-3),
                batch_size=4,
                samples_per_epoch=8,
            ),
        ),
    )


def bundle_of(folder: Path, model: bytes) -> Path:
    """A bundle of a graph."""
    manifest = BundleManifest(
        id="drawn-0.1",
        role="classifier",
        labels=("no_finding", "lung_opacity", "covid19"),
        preprocessing=SPEC,
        temperature=1.0,
        operating_points={},
        licence="none",
        training=Training(
            recipe="drawn", seed=0, code_version="0", data_sha256="0", started_from="", sources=()
        ),
        files={},
    )
    write_bundle(folder, manifest, {"model.onnx": model})
    return folder


@pytest.fixture(scope="module")
def folders(
    tmp_path_factory: pytest.TempPathFactory, mobilenet: Exported, densenet: Exported
) -> dict[str, Path]:
    """A bundle of each network, whose batch norms are not those of a fresh one."""
    folder = tmp_path_factory.mktemp("bundles")
    exported = {"mobilenet": mobilenet, "densenet": densenet}
    return {name: bundle_of(folder / name, one.model) for name, one in exported.items()}


@pytest.mark.parametrize("network", ["mobilenet", "densenet"])
def test_a_network_read_back_predicts_as_its_bundle(folders: dict[str, Path], network: str) -> None:
    bundle = open_bundle(folders[network])
    images = (
        np.random.default_rng(0).normal(size=(3, 1, SPEC.side_px, SPEC.side_px)).astype(np.float32)
    )

    again = build_network(recipe(network)).eval()
    again.load_state_dict(bundle_weights(bundle), strict=False)

    with torch.no_grad():
        computed = again(torch.from_numpy(images)).logits.numpy()
    expected = NetworkSession(bundle, n_threads=1).run(images)["logits"]
    np.testing.assert_allclose(computed, expected, atol=1e-4)


def test_every_parameter_of_a_network_is_read_back(folders: dict[str, Path]) -> None:
    bundle = open_bundle(folders["densenet"])

    missing, unexpected = build_network(recipe("densenet")).load_state_dict(
        bundle_weights(bundle), strict=False
    )

    assert not unexpected
    assert all(name.endswith("num_batches_tracked") for name in missing)


def test_a_run_starts_from_a_bundle_and_says_from_which(
    tmp_path: Path, drawn_data: Path, folders: dict[str, Path]
) -> None:
    folder = folders["mobilenet"]
    context = TrainingContext(data=drawn_data, runs=tmp_path / "runs", bundle=folder, n_threads=1)

    run = train(recipe("mobilenet", init="bundle"), context)

    sha256 = open_bundle(folder).sha256
    assert read_run_metadata(run)["bundle"] == f"drawn-0.1 (SHA-256 {sha256[:16]}...)"


def test_outputs_that_a_bundle_knows_keep_their_weights_in_another_order(
    tmp_path: Path, folders: dict[str, Path]
) -> None:
    other = recipe("mobilenet", init="bundle").replace(task="opacity")
    network = build_network(other)
    context = TrainingContext(data=None, runs=tmp_path, bundle=folders["mobilenet"])

    initialise(network, other, context, seed=0)

    known = bundle_weights(open_bundle(folders["mobilenet"]))["head.classifier.weight"]
    torch.testing.assert_close(network.head.classifier.weight, known[:2])


def test_stages_that_are_frozen_keep_their_weights(
    tmp_path: Path, drawn_data: Path, folders: dict[str, Path]
) -> None:
    folder = folders["mobilenet"]
    other = recipe("mobilenet", init="bundle").replace(frozen_stages=2)

    run = train(other, TrainingContext(data=drawn_data, runs=tmp_path, bundle=folder, n_threads=1))

    start, end = bundle_weights(open_bundle(folder)), load_file(run / "weights.safetensors")
    moved = {name for name in start if not torch.equal(start[name], end[name])}
    early = ("conv_stem", "bn1", "blocks.0", "blocks.1")
    assert not any(name.startswith(early) for name in moved)
    assert any(name.startswith("blocks.2") for name in moved)


def test_a_bundle_of_another_network_is_refused(tmp_path: Path, folders: dict[str, Path]) -> None:
    other = recipe("densenet", init="bundle")
    context = TrainingContext(data=None, runs=tmp_path, bundle=folders["mobilenet"])

    with pytest.raises(StartNetworkMismatchError) as caught:
        initialise(build_network(other), other, context, seed=0)

    assert caught.value.facts["init"] == "bundle"


def test_a_network_may_have_fewer_stages_than_its_bundle_but_not_more(
    tmp_path: Path, folders: dict[str, Path]
) -> None:
    whole = recipe("mobilenet", init="bundle")
    short = whole.replace(trunk_stages=4, map_stride=16, attends_to_lungs=True)
    network = build_network(short)
    initialise(network, short, TrainingContext(None, tmp_path, bundle=folders["mobilenet"]), seed=0)
    model = to_onnx(network.eval(), SPEC.side_px)
    bundle = bundle_of(tmp_path / "short", model)

    again = build_network(short)
    initialise(again, short, TrainingContext(None, tmp_path, bundle=bundle), seed=0)

    assert all(torch.equal(x, again.state_dict()[n]) for n, x in network.state_dict().items())
    with pytest.raises(StartNetworkMismatchError):
        initialise(
            build_network(whole), whole, TrainingContext(None, tmp_path, bundle=bundle), seed=0
        )


def test_a_start_without_its_bundle_is_refused(tmp_path: Path) -> None:
    other = recipe("mobilenet", init="bundle")

    with pytest.raises(StartBundleMissingError):
        initialise(build_network(other), other, TrainingContext(data=None, runs=tmp_path), seed=0)


def test_a_graph_of_somebody_else_is_refused(folders: dict[str, Path]) -> None:
    bundle = open_bundle(folders["mobilenet"])

    with pytest.raises(ValueError, match="draws no maps"):
        bundle_weights(Bundle(bundle.manifest, b"", None))


def test_a_blend_lies_between_start_and_end_and_counts_as_the_end() -> None:
    start = {"weight": torch.tensor([0.0, 8.0]), "n": torch.tensor(3)}
    end = {"weight": torch.tensor([4.0, 0.0]), "n": torch.tensor(7)}

    between = interpolate_weights(start, end, 0.25)

    assert between["weight"].tolist() == [3.0, 2.0]
    assert between["n"].item() == 7
    assert interpolate_weights(start, end, 0.0)["weight"].tolist() == [4.0, 0.0]


def test_a_run_keeps_its_share_of_the_start(tmp_path: Path, drawn_data: Path) -> None:
    plain, blended = (
        train(
            recipe("mobilenet").replace(wise_ft_alpha=alpha),
            TrainingContext(data=drawn_data, runs=tmp_path / str(alpha), n_threads=1),
        )
        for alpha in (0, 0.5)
    )

    trained, kept = (load_file(run / "weights.safetensors") for run in (plain, blended))
    seed_everything(0, verbose=False)
    fresh = build_network(recipe("mobilenet")).state_dict()
    name = "blocks.4.1.conv_pw.weight"
    assert not torch.equal(trained[name], fresh[name])
    torch.testing.assert_close(kept[name], (trained[name] + fresh[name]) / 2)


def test_averaged_weights_are_the_mean_of_all_and_count_as_the_last() -> None:
    first = {"weight": torch.tensor([0.0, 6.0]), "n": torch.tensor(3)}
    second = {"weight": torch.tensor([4.0, 0.0]), "n": torch.tensor(7)}

    mean = average_weights([first, second])

    assert mean["weight"].tolist() == [2.0, 3.0]
    assert mean["n"].item() == 7
