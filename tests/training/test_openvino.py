"""The other runtime gives the same outputs, where its extra is installed."""

import numpy as np
import pytest
from bundles import BUNDLES, shipped

from raiox.bundle import open_bundle
from raiox.inference.session import NetworkSession


@pytest.mark.parametrize("name", BUNDLES)
def test_openvino_agrees_with_onnx_runtime(name: str) -> None:
    pytest.importorskip("openvino", reason="the openvino extra is not installed")
    bundle = open_bundle(shipped(name))
    side = bundle.manifest.preprocessing.side_px
    images = np.random.default_rng(0).normal(size=(2, 1, side, side)).astype(np.float32)

    ours = NetworkSession(bundle, n_threads=1).run(images)
    other = NetworkSession(bundle, n_threads=1, backend="openvino").run(images)

    assert other.keys() == ours.keys()
    for output in ours:
        np.testing.assert_allclose(other[output], ours[output], atol=1e-3, rtol=1e-3)
