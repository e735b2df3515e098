"""What tests of activation maps do to a graph changes what it should and nothing else."""

import numpy as np
import onnx
from exported_networks import SPEC, Exported
from onnx import numpy_helper

from raiox.bundle import Bundle
from raiox.inference.session import NetworkSession
from raiox.lab.training.export.onnx_edit import expose_features, shuffle_weights

SHAPE = (2, 1, SPEC.side_px, SPEC.side_px)
IMAGES = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)


def run(model: bytes) -> dict[str, np.ndarray]:
    return NetworkSession(Bundle(None, model, None), n_threads=1).run(IMAGES)


def test_shuffled_weights_keep_their_values_and_give_other_answers(mobilenet: Exported) -> None:
    model = mobilenet.model
    before, after = (
        onnx.load_from_string(m).graph.initializer for m in (model, shuffle_weights(model))
    )

    for old, new in zip(before, after, strict=True):
        a, b = numpy_helper.to_array(old), numpy_helper.to_array(new)
        assert (np.sort(a, axis=None) == np.sort(b, axis=None)).all()
    own, other = (run(m)["maps"].ravel() for m in (model, shuffle_weights(model)))
    assert np.corrcoef(own, other)[0, 1] < 0.9  # an untrained network's values are tiny


def test_the_features_are_what_the_head_reads(mobilenet: Exported) -> None:
    model = mobilenet.model
    opened, weights = expose_features(model)
    outputs = run(opened)

    maps = np.einsum("kd,ndhw->nkhw", weights, outputs["features"])
    np.testing.assert_allclose(maps, outputs["maps"], atol=1e-3 * np.abs(maps).max())
    np.testing.assert_allclose(run(model)["logits"], outputs["logits"], atol=1e-5)
