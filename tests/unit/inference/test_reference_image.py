"""What does not answer the reference image with finite numbers is never ready."""

import numpy as np
import pytest

from raiox.bundle.errors import BundleInvalidError
from raiox.entities import FilterResult
from raiox.inference.errors import ModelOutputInvalidError
from raiox.inference.reference_image import reference_image, require_answers
from raiox.vocabulary import ImageKind


def raises(error):
    def answer(radiographs):
        raise error

    return answer


def verdict(frontal):
    return lambda radiographs: [FilterResult(frontal, ImageKind.FRONTAL, accepted=True)]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (raises(ModelOutputInvalidError(reason="shape")), "model_output_invalid"),
        (raises(KeyError("logits")), "reference_image"),
        (raises(RuntimeError("INVALID_ARGUMENT")), "reference_image"),
        (lambda radiographs: [], "reference_image"),
        (lambda radiographs: [ModelOutputInvalidError(reason="x")], "model_output_invalid"),
        (verdict(float("nan")), "model_output_invalid"),
        (lambda radiographs: [np.array([0.5, np.inf])], "model_output_invalid"),
    ],
)
def test_a_network_that_does_not_answer_is_refused_with_the_reason(answer, reason):
    with pytest.raises(BundleInvalidError) as refused:
        require_answers({"good": verdict(0.5), "bad": answer})

    assert refused.value.facts == {"bundle": "bad", "reason": reason}


def test_networks_that_answer_pass():
    seen = []

    def lungs(radiographs):
        seen.extend(radiographs)
        return [np.zeros((8, 8))]

    require_answers({"filter": verdict(0.5), "lungs": lungs})

    assert len(seen) == 1


def test_the_reference_image_is_always_the_same():
    assert (reference_image().pixels == reference_image().pixels).all()
    assert reference_image().pixels.std() > 20
