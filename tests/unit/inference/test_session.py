"""A runtime that is not there is said so, never replaced in silence."""

import pytest
from bundles import CLASSIFIERS, shipped

from raiox.bundle import open_bundle
from raiox.inference.errors import ModelUnavailableError
from raiox.inference.local import SHIPPED_MODELS, LocalEngine
from raiox.inference.session import NetworkSession
from raiox.settings import InferenceSettings


def test_a_gpu_that_is_not_there_is_not_replaced_by_the_processor() -> None:
    bundle = open_bundle(SHIPPED_MODELS / "frontal_filter")

    with pytest.raises(ModelUnavailableError) as refusal:
        NetworkSession(bundle, n_threads=1, backend="cuda")

    assert refusal.value.facts == {"reason": "runtime_cuda_not_installed"}


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
