"""A runtime that is not there is said so, never replaced in silence."""

from importlib.util import find_spec

import pytest
from bundles import CLASSIFIERS, shipped

from raiox.bundle import open_bundle
from raiox.inference.errors import BackendMissingError
from raiox.inference.local import SHIPPED_MODELS, LocalEngine
from raiox.inference.session import NetworkSession
from raiox.settings import InferenceSettings


def test_a_gpu_that_is_not_there_is_not_replaced_by_the_processor() -> None:
    bundle = open_bundle(SHIPPED_MODELS / "frontal_filter")

    with pytest.raises(BackendMissingError) as refusal:
        NetworkSession(bundle, n_threads=1, backend="cuda")

    assert refusal.value.facts == {"backend": "cuda", "extra": "gpu"}


@pytest.mark.skipif(find_spec("openvino") is not None, reason="openvino is installed")
def test_a_backend_that_is_not_installed_is_named_with_what_installs_it() -> None:
    bundle = open_bundle(SHIPPED_MODELS / "frontal_filter")

    with pytest.raises(BackendMissingError) as refusal:
        NetworkSession(bundle, n_threads=1, backend="openvino")

    assert refusal.value.facts == {"backend": "openvino", "extra": "openvino"}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_the_shipped_networks_say_who_they_are(name: str) -> None:
    settings = InferenceSettings(classifier_bundle=shipped(name).name, n_threads=1)

    models = LocalEngine.open(settings).models

    assert (
        {"frontal_filter", "classifier"} <= set(models) <= {"frontal_filter", "classifier", "lungs"}
    )
    assert all(len(model.sha256) == 64 for model in models.values())
    assert set(models["classifier"].operating_points) == {
        "no_finding",
        "lung_opacity",
        "covid19",
    }
