"""A network in 8 bits answers nearly as before, or is not written at all."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from bundles import shipped
from test_bundle_export import OpenReader

from raiox.bundle import Bundle, Quantization, open_bundle
from raiox.inference.session import NetworkSession
from raiox.lab.datasets.manifest import Sample
from raiox.lab.errors import QuantizationLosesError
from raiox.lab.evaluation.predictions import Predictions, predict
from raiox.lab.evaluation.samples import samples_of
from raiox.lab.training.export.int8 import to_int8
from raiox.lab.training.export.quantization import is_accepted, quantize_bundle
from raiox.phantom import draw_phantom
from raiox.preprocessing import network_input

HARMLESS = Quantization(n_images=128, auc_loss=0.0, point_loss=0.0, map_correlation=1.0)


@pytest.fixture(scope="module")
def of_data(drawn_data: Path):
    """How a split is listed, and what a network says of `valid`."""
    manifest = open_bundle(shipped("mobilenet")).manifest

    def samples(split: str) -> Sequence[Sample]:
        return samples_of(manifest, split, drawn_data)

    def predict_valid(bundle: Bundle) -> Predictions:
        return predict(bundle, samples("valid"), OpenReader(), n_threads=1)

    return samples, predict_valid


def test_eight_bits_take_half_the_bytes_and_answer_nearly_the_same() -> None:
    bundle = open_bundle(shipped("mobilenet"))
    chest = network_input(draw_phantom(), bundle.manifest.preprocessing)[None]

    small = to_int8(bundle.model, chest)

    assert len(small) < 0.6 * len(bundle.model)
    own, other = (
        NetworkSession(Bundle(bundle.manifest, model, None), 1).run(chest)
        for model in (bundle.model, small)
    )
    assert own["logits"].shape == other["logits"].shape
    assert 0 < np.abs(own["logits"] - other["logits"]).max() < 0.5
    assert np.corrcoef(own["maps"].ravel(), other["maps"].ravel())[0, 1] > 0.95


def test_what_answers_as_before_is_written_with_what_it_lost(of_data, tmp_path: Path) -> None:
    samples, predict_valid = of_data
    asked: list[Quantization] = []

    def accept(lost: Quantization) -> bool:
        asked.append(lost)
        return True  # of twelve drawings, one more or less is more than any network may lose

    lost = quantize_bundle(
        shipped("mobilenet"), tmp_path / "int8", samples, OpenReader(), predict_valid, accept
    )

    written = open_bundle(tmp_path / "int8").manifest
    assert asked == [lost]
    assert written.quantization == lost
    assert written.id.endswith("-int8")
    assert lost.n_images == len(samples("train"))
    assert 0.9 < lost.map_correlation < 1  # measured, not copied


def test_what_answers_worse_is_not_written(of_data, tmp_path: Path) -> None:
    samples, predict_valid = of_data
    out = tmp_path / "int8"

    with pytest.raises(QuantizationLosesError):
        quantize_bundle(
            shipped("mobilenet"), out, samples, OpenReader(), predict_valid, lambda _: False
        )

    assert not out.exists()


@pytest.mark.parametrize(
    "loss", [{"auc_loss": 0.003}, {"point_loss": 0.006}, {"map_correlation": 0.97}]
)
def test_each_loss_alone_refuses_a_network(loss: dict[str, float]) -> None:
    assert is_accepted(HARMLESS)
    assert not is_accepted(HARMLESS.model_copy(update=loss))
