"""One's own history as a file: JSON whole, CSV flat."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from raiox.vocabulary import LANGUAGES
from raiox.web.api.schemas import Analysis, AnalysisPage

COLUMNS = (
    "id", "created_at", "state", "outcome", "finding", "uncertainty", "findings_set", "abnormality",
    "filter_frontal", "filter_kind", "filter_quality", "warnings",
    "rejection_code", "error_code", *(f"reason_{language}" for language in LANGUAGES),
    "model_id", "model_sha256", "image_sha256", *(f"notice_{language}" for language in LANGUAGES),
)  # fmt: skip
SCORE_PREFIX = "score_"
SEPARATOR = " "
"""Between the codes of one cell."""


def to_json(documents: tuple[Analysis, ...]) -> str:
    """All documents, as the API returns them."""
    return AnalysisPage(analyses=documents, next_cursor=None).model_dump_json()


def to_csv(documents: Iterable[Analysis]) -> str:
    """One line per analysis; only values of raiox, so no cell can be a formula."""
    rows = [_row(document) for document in documents]
    # The bundle may have changed in between: a column for every finding that any row has.
    scores = dict.fromkeys(name for row in rows for name in row if name.startswith(SCORE_PREFIX))
    file = io.StringIO()
    writer = csv.DictWriter(file, [*COLUMNS, *scores])
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _row(document: Analysis) -> dict[str, Any]:
    reason, seen, model = document.rejection or document.error, document.filter, document.model
    scores = document.scores or {}
    return {
        "id": document.id,
        "created_at": document.created_at.isoformat(),
        "state": document.state,
        "outcome": document.outcome,
        "finding": document.finding,
        "uncertainty": document.uncertainty,
        "findings_set": SEPARATOR.join(document.findings_set or ()),
        "abnormality": document.abnormality and document.abnormality.score,
        "filter_frontal": seen and seen.frontal,
        "filter_kind": seen and seen.kind,
        "filter_quality": seen and seen.quality,
        "warnings": SEPARATOR.join(document.warnings),
        "rejection_code": document.rejection and document.rejection.code,
        "error_code": document.error and document.error.code,
        **{f"reason_{lang}": reason and reason.messages[lang].title for lang in LANGUAGES},
        "model_id": model and model.id,
        "model_sha256": model and model.sha256,
        "image_sha256": document.sha256,
        **{f"notice_{language}": sentence for language, sentence in document.notice.items()},
        **{f"{SCORE_PREFIX}{finding}": score for finding, score in scores.items()},
    }
