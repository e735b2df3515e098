"""The bundles in the package, on real images of `split=test`: they are the networks they say."""

import os
import re
import runpy
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from bundles import BUNDLES, CLASSIFIERS, shipped

from raiox.bundle import Bundle, open_bundle
from raiox.entities import EngineResult
from raiox.inference.embedding_map import N_NEIGHBOURS
from raiox.inference.local import SHIPPED_MODELS, LocalEngine
from raiox.inference.lungs import ANATOMY
from raiox.inference.over_image import MAP_SIDE_CELLS
from raiox.intake import Intake
from raiox.lab.datasets.manifest import as_kind, read_finding_samples, read_kind_samples
from raiox.lab.evaluation.predictions import Predictions, predict
from raiox.lab.metrics.decisions import balanced_accuracy
from raiox.lab.metrics.ranking import macro_auc
from raiox.settings import InferenceSettings, IntakeSettings
from raiox.vocabulary import FINDINGS, IMAGE_KINDS

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("RAIOX_DATASETS", "nowhere"))
MAX_MODEL_BYTES = 40_000_000
finding_samples, kind_samples = cache(read_finding_samples), cache(read_kind_samples)
MAX_EVIDENCE = 5.0  # 1 is the top of the scale for nine in ten images of `valid`


def predictions(bundle: Bundle, n: int) -> Predictions:
    """What a bundle says of about `n` cases of each label, spread over the test part."""
    role = bundle.manifest.role
    every = kind_samples(DATA) if role == "frontal_filter" else finding_samples(DATA)
    chosen = []
    for label in bundle.manifest.labels:
        of_label = [sample for sample in every if sample.split == "test" and sample.label == label]
        chosen += of_label[:: max(1, len(of_label) // n)]
    with Intake(IntakeSettings()) as intake:
        return predict(bundle, chosen, intake.load, n_threads=2)


@pytest.mark.parametrize("name", BUNDLES)
def test_a_shipped_bundle_opens_and_is_what_its_folder_says(name: str) -> None:
    manifest = open_bundle(shipped(name)).manifest

    role, labels, decided = {
        "frontal_filter": ("frontal_filter", IMAGE_KINDS, IMAGE_KINDS),
        "lungs": ("lungs", (ANATOMY, "lungs_without_heart"), ()),
    }.get(name, ("classifier", FINDINGS, FINDINGS))
    assert manifest.role == role
    assert manifest.labels == tuple(map(str, labels))
    assert set(manifest.operating_points) == set(map(str, decided))
    assert all(dataset.licences for dataset in manifest.training.sources)


def test_the_shipped_weights_stay_small() -> None:
    sizes = [file.stat().st_size for file in SHIPPED_MODELS.rglob("model.onnx")]

    assert len(sizes) >= 2
    assert sum(sizes) <= MAX_MODEL_BYTES


@pytest.mark.parametrize("name", BUNDLES)
def test_a_card_says_first_what_it_is_not_for(name: str) -> None:
    english, portuguese = ((shipped(name) / file).read_text() for file in ("card.md", "card.pt.md"))

    assert "Not a medical device" in english[:200]
    assert english.index("## Limits") < english.index("## Measured")
    assert "Não é um dispositivo médico" in portuguese[:200]
    assert portuguese.index("## Limites") < portuguese.index("## Medido")


@pytest.mark.parametrize("name", BUNDLES)
def test_the_cards_of_a_bundle_show_the_same_figures(name: str) -> None:
    english, portuguese = (
        re.findall(r"\| ([\d.,–-]+) \| ([\d.,]+) – ([\d.,]+) \| (\d+) \|", text)
        for text in ((shipped(name) / file).read_text() for file in ("card.md", "card.pt.md"))
    )

    assert len(english) >= 6
    assert [tuple(x.replace(",", ".") for x in row) for row in portuguese] == english


@pytest.mark.parametrize("name", BUNDLES)
def test_the_cards_of_a_bundle_are_those_of_its_report_and_its_thresholds(name: str) -> None:
    written = runpy.run_path(str(ROOT / "scripts" / "docs" / "cards.py"))["cards"](shipped(name))

    assert {file: (shipped(name) / file).read_bytes() for file in written} == written


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="RAIOX_DATASETS names no data set")
def test_the_filter_keeps_upright_frontal_radiographs_and_refuses_the_rest() -> None:
    bundle = open_bundle(SHIPPED_MODELS / "frontal_filter")
    predicted = predictions(bundle, 40)
    threshold = bundle.manifest.operating_points["frontal"].threshold

    accepted = (predicted.scores.argmax(axis=1) == 0) & (predicted.scores[:, 0] >= threshold)

    assert balanced_accuracy(accepted, predicted.labels == 0) >= 0.98


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="RAIOX_DATASETS names no data set")
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_ranks_the_findings_of_images_it_never_saw(name: str) -> None:
    predicted = predictions(open_bundle(shipped(name)), 70)

    assert len(predicted.labels) >= 200
    # The card's figure is 0.95, on all 2,034.
    assert macro_auc(predicted.scores, predicted.labels) >= 0.93
    assert np.isfinite(predicted.embeddings).all()


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="RAIOX_DATASETS names no data set")
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_radiograph_gets_scores_heatmaps_and_a_position_among_the_cases(name: str) -> None:
    settings = InferenceSettings(classifier_bundle=shipped(name).name, n_threads=2)
    samples = [sample for sample in finding_samples(DATA) if sample.split == "test"]
    with Intake(IntakeSettings()) as intake:
        radiographs = [
            intake.load(sample.path.read_bytes()) for sample in samples[:: len(samples) // 4]
        ]

    results = LocalEngine.open(settings).predict(radiographs)

    read = [
        r.prediction for r in results if isinstance(r, EngineResult) and r.prediction is not None
    ]
    assert len(read) >= 3
    for prediction in read:
        assert sum(prediction.scores.values()) == pytest.approx(1.0)
        assert prediction.activation_maps.shape[0] == len(FINDINGS)
        assert max(prediction.activation_maps.shape[1:]) == MAP_SIDE_CELLS
        assert 0 < np.abs(prediction.activation_maps).max() < MAX_EVIDENCE
        assert prediction.embedding_xyz is not None
        assert len(prediction.neighbours) == N_NEIGHBOURS


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="RAIOX_DATASETS names no data set")
def test_the_quality_of_a_radiograph_is_rated_and_of_a_photograph_is_not() -> None:
    samples = [sample for sample in kind_samples(DATA) if sample.split == "test"]
    of_kind = {sample.kind: sample for sample in samples}
    chosen = [of_kind["frontal"], of_kind["inverted"], of_kind["natural"]]
    with Intake(IntakeSettings()) as intake:
        files = [intake.load(sample.path.read_bytes()) for sample in chosen]
    radiographs = [
        replace(file, pixels=as_kind(file.pixels, sample.kind))
        for file, sample in zip(files, chosen, strict=True)
    ]

    results = LocalEngine.open(InferenceSettings()).predict(radiographs)

    upright, negative, photograph = (
        r.filter_result.quality for r in results if isinstance(r, EngineResult)
    )
    assert upright is not None
    assert negative is not None
    assert upright > 0.5
    assert photograph is None
