"""What is left of the scores with the lungs hidden."""

import numpy as np
import pytest
from bundles import shipped

from raiox.bundle import open_bundle
from raiox.entities import LungOcclusion, Radiograph
from raiox.inference.classifier import Classifier
from raiox.inference.errors import LungsNotFoundError
from raiox.inference.lung_occlusion import hide_lungs, occlude_lungs
from raiox.inference.lungs import LungSegmenter
from raiox.phantom.drawing import draw_phantom
from raiox.preprocessing import Preprocessing
from raiox.result import LungOcclusionDocument

SQUARE = Preprocessing(side_px=40, fit="letterbox")


def test_the_lungs_become_as_gray_as_what_surrounds_them_and_nothing_else_changes() -> None:
    lungs = np.zeros((40, 20), np.float32)
    lungs[10:30, 2:8] = lungs[10:30, 12:18] = 1
    image = np.full((1, 40, 40), 0.5, np.float32)
    image[0, 10:30, 12:18] = image[0, 10:30, 22:28] = -0.8
    image[0, :5] = 0.9

    hidden = hide_lungs(image, lungs, (40, 20), SQUARE)

    np.testing.assert_allclose(hidden[0, 5:], 0.5, atol=1e-6)
    np.testing.assert_array_equal(hidden[0, :5], image[0, :5])


def test_a_radiograph_is_scored_with_and_without_its_lungs_and_a_blank_has_none() -> None:
    classifier = Classifier(open_bundle(shipped("mobilenet")), 1)
    segmenter = LungSegmenter(open_bundle(shipped("lungs")), 1)
    phantom = Radiograph(draw_phantom(), "0" * 64, "png")
    blank = Radiograph(np.zeros((64, 64), np.uint8), "0" * 64, "png")

    found, nothing = occlude_lungs([phantom, blank], classifier, segmenter)

    assert isinstance(nothing, LungsNotFoundError)
    assert isinstance(found, LungOcclusion)
    [prediction] = classifier.predict([phantom])
    assert found.scores == pytest.approx(prediction.scores, abs=1e-5)
    changes = [abs(found.scores_without_lungs[k] - score) for k, score in found.scores.items()]
    assert max(changes) > 0.05


@pytest.mark.parametrize(
    ("scores", "without", "code", "share"),
    [
        ((0.1, 0.8, 0.1), (0.7, 0.2, 0.1), "score_needs_lungs", 0.25),
        ((0.1, 0.1, 0.8), (0.3, 0.1, 0.6), "score_stays_without_lungs", 0.75),
        ((0.8, 0.1, 0.1), (0.6, 0.2, 0.2), "no_finding_without_lungs", 0.75),
        ((0.1, 0.1, 0.8), (0.05, 0.05, 0.9), "score_stays_without_lungs", 1.0),
    ],
)
def test_the_reading_says_whether_the_highest_score_needs_the_lungs(
    scores: tuple[float, ...], without: tuple[float, ...], code: str, share: float
) -> None:
    labels = ("no_finding", "lung_opacity", "covid19")
    occlusion = LungOcclusion(
        dict(zip(labels, scores, strict=True)), dict(zip(labels, without, strict=True))
    )

    document = LungOcclusionDocument.of(occlusion)

    assert document.share_left == pytest.approx(share)
    assert document.reading.code == code
    assert "80%" in document.reading.messages["pt"].detail
