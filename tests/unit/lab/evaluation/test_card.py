"""Model cards: what was chosen on `valid` is said anew, in each language, and nothing else changes."""

from raiox.bundle import open_bundle
from raiox.inference.local import SHIPPED_MODELS
from raiox.lab.evaluation.card import with_fitted_row, write_cards
from raiox.lab.evaluation.report.reported_metrics import ReportedMetric, named
from raiox.lab.metrics.intervals import Estimate

MANIFEST = open_bundle(SHIPPED_MODELS / "mobilenet").manifest
COVERAGE = ReportedMetric(
    "coverage", "prediction_sets", named("coverage"), Estimate(0.9512, 0.94, 0.96, 812)
)


def cards(manifest=MANIFEST) -> dict[str, bytes]:
    return write_cards(manifest, [COVERAGE], test_opened=False)


def test_a_figure_stands_in_every_card_as_its_language_writes_it():
    written = {name: content.decode() for name, content in cards().items()}

    assert "| 0.9512 | 0.9400 – 0.9600 | 812 |" in written["card.md"]
    assert "| 0,9512 | 0,9400 – 0,9600 | 812 |" in written["card.pt.md"]
    assert "`test` not opened" in written["card.md"]
    assert "`test` não foi aberto" in written["card.pt.md"]


def test_new_thresholds_are_said_and_all_else_stays():
    changed = MANIFEST.model_copy(update={"temperature": 1.25})

    assert "temperatura 1,250;" in cards(changed)["card.pt.md"].decode()
    assert with_fitted_row(cards(), changed) == cards(changed)
    assert with_fitted_row({"model.onnx": b""}, changed) == {}
