"""The exported graph is the trained network; a broken one gives no result."""

import os
from pathlib import Path

import numpy as np
import onnx
import pytest
from exported_networks import SPEC, Exported
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from raiox.bundle import Bundle, BundleManifest, OperatingPoint, Training
from raiox.entities import Radiograph
from raiox.inference.classifier import Classifier
from raiox.inference.errors import ModelOutputInvalidError
from raiox.inference.session import NetworkSession
from raiox.lab.training.export.onnx_export import (
    MAX_PARITY_ERROR,
    free_batch,
    parity_error,
)
from raiox.preprocessing import network_input
from raiox.vocabulary import FINDINGS

DATA = os.environ.get("RAIOX_DATASETS")


def bundle_of(model: bytes) -> Bundle:
    point = OperatingPoint(threshold=0.5, sensitivity=1, specificity=1)
    training = Training(
        recipe="drawn", seed=0, code_version="0", data_sha256="0", started_from="-", sources=()
    )
    manifest = BundleManifest(
        id="drawn",
        role="classifier",
        labels=tuple(map(str, FINDINGS)),
        preprocessing=SPEC,
        temperature=1.0,
        operating_points={str(f): point for f in FINDINGS},
        licence="-",
        training=training,
        files={"model.onnx": "0" * 64},
    )
    return Bundle(manifest, model, None)


@pytest.mark.data
@pytest.mark.skipif(DATA is None, reason="RAIOX_DATASETS names no data set")
@pytest.mark.parametrize("name", ["densenet", "mobilenet"])
def test_torch_and_onnx_agree_on_real_radiographs(
    name: str, request: pytest.FixtureRequest
) -> None:
    exported: Exported = request.getfixturevalue(name)
    files = sorted((Path(DATA or "") / "chest" / "images").rglob("*.jpg"))[::3000]
    pixels = [np.asarray(Image.open(file).convert("L")) for file in files]

    images = np.stack([network_input(p, SPEC) for p in pixels])
    error = parity_error(exported.network, bundle_of(exported.model), images)

    assert len(files) >= 5
    assert error <= MAX_PARITY_ERROR


def test_one_pass_gives_logits_maps_and_embedding(densenet: Exported) -> None:
    network, model = densenet.network, densenet.model
    images = (
        np.random.default_rng(0).normal(size=(3, 1, SPEC.side_px, SPEC.side_px)).astype(np.float32)
    )

    outputs = NetworkSession(bundle_of(model), n_threads=1).run(images)

    assert {name: array.shape for name, array in outputs.items()} == {
        "logits": (3, 3),
        "maps": (3, 3, 4, 4),
        "embedding": (3, 64),
    }
    bias = network.head.classifier.bias.detach().numpy()
    np.testing.assert_allclose(
        outputs["maps"].mean(axis=(2, 3)) + bias, outputs["logits"], atol=1e-4
    )


def test_the_file_holds_two_bytes_per_weight(densenet: Exported) -> None:
    network, model = densenet.network, densenet.model
    n_bytes = sum(p.numel() * (2 if p.dim() > 1 else 4) for p in network.parameters())

    assert len(model) < 1.15 * n_bytes  # statistics of batch norms, names and nodes


def test_the_file_holds_no_trace_of_the_machine_it_was_made_on(
    densenet: Exported,
) -> None:
    assert b"site-packages" not in densenet.model
    assert b"raiox/lab" not in densenet.model


def test_a_batch_gives_what_its_images_give_alone(densenet: Exported) -> None:
    images = (
        np.random.default_rng(1).normal(size=(4, 1, SPEC.side_px, SPEC.side_px)).astype(np.float32)
    )
    session = NetworkSession(bundle_of(densenet.model), n_threads=2)

    together = session.run(images)["logits"]

    alone = np.concatenate([session.run(images[i : i + 1])["logits"] for i in range(4)])
    assert together.tobytes() == alone.tobytes()


def test_a_graph_that_holds_the_number_of_images_is_no_bundle() -> None:
    shape = numpy_helper.from_array(np.array([2, -1]), "shape")
    image, logits = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)
        for name, dims in (("image", [2, 1, 8, 8]), ("logits", [2, 64]))
    )
    node = helper.make_node("Reshape", ["image", "shape"], ["logits"])
    model = helper.make_model(helper.make_graph([node], "drawn", [image], [logits], [shape]))

    with pytest.raises(ValueError, match="logits holds 2 images"):
        free_batch(model)


def test_weights_that_are_no_numbers_give_no_answer(densenet: Exported) -> None:
    graph = onnx.load_from_string(densenet.model)
    victim = max(graph.graph.initializer, key=lambda tensor: len(tensor.raw_data))
    broken = np.full_like(numpy_helper.to_array(victim), np.nan)
    victim.CopyFrom(numpy_helper.from_array(broken, victim.name))
    classifier = Classifier(bundle_of(graph.SerializeToString()), n_threads=1)

    result = classifier.predict([Radiograph(np.zeros((90, 80), np.uint8), "0" * 64, "png")])[0]

    assert isinstance(result, ModelOutputInvalidError)
