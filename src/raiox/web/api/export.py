"""One's own history as a file: JSON whole, CSV flat; written a page at a time."""

import csv
import io
from collections.abc import Iterable
from typing import Any, Literal, Protocol

from raiox.vocabulary import LANGUAGES
from raiox.web.api.schemas import Analysis, AnalysisPage

FileFormat = Literal["csv", "json"]
Documents = tuple[Analysis, ...]

COLUMNS = (
    "id", "created_at", "state", "outcome", "finding", "uncertainty", "findings_set", "abnormality",
    "filter_frontal", "filter_kind", "filter_quality", "warnings",
    "rejection_code", "error_code", *(f"reason_{language}" for language in LANGUAGES),
    "model_id", "model_sha256", "image_sha256", *(f"notice_{language}" for language in LANGUAGES),
)  # fmt: skip
SCORE_PREFIX = "score_"
SEPARATOR = " "
"""Between the codes of one cell."""


class HistoryFile(Protocol):
    """A file of analyses, from its first character to its last."""

    media_type: str

    def begin(self) -> str:
        """What stands before the first page."""
        ...

    def page(self, documents: Documents) -> str:
        """The next analyses."""
        ...

    def end(self) -> str:
        """What stands after the last page."""
        ...


class JsonFile:
    """All documents, as the API returns them."""

    media_type = "application/json"

    def __init__(self) -> None:
        # The same text as that of a page of the API, cut where its analyses stand.
        empty = AnalysisPage(analyses=(), next_cursor=None).model_dump_json()
        head, bracket, tail = empty.partition("[")
        self._head, self._tail = head + bracket, tail
        self._separator = ""

    def begin(self) -> str:
        """The opening of the list."""
        return self._head

    def page(self, documents: Documents) -> str:
        """More of the list."""
        text = ",".join(document.model_dump_json() for document in documents)
        separated = self._separator + text if text else ""
        self._separator = "," if text else self._separator
        return separated

    def end(self) -> str:
        """The closing of the list."""
        return self._tail


class CsvFile:
    """One line per analysis; only values of raiox, so no cell can be a formula."""

    media_type = "text/csv; charset=utf-8"

    def __init__(self, scores: Iterable[str]) -> None:
        """Begin a table.

        Args:
            scores: findings that any of its analyses has a score for, as the bundle may have
                changed in between: a column for each.
        """
        self._columns = [*COLUMNS, *(f"{SCORE_PREFIX}{finding}" for finding in scores)]

    def begin(self) -> str:
        """The line of the names."""
        return self._lines([dict(zip(self._columns, self._columns, strict=True))])

    def page(self, documents: Documents) -> str:
        """More lines."""
        return self._lines(_row(document) for document in documents)

    def end(self) -> str:
        """Nothing."""
        return ""

    def _lines(self, rows: Iterable[dict[str, Any]]) -> str:
        file = io.StringIO()
        csv.DictWriter(file, self._columns).writerows(rows)
        return file.getvalue()


def scored_findings(documents: Documents) -> tuple[str, ...]:
    """The findings that any of these has a score for, in order of appearance."""
    return tuple(dict.fromkeys(name for document in documents for name in document.scores or ()))


def write_file(documents: Documents, file_format: FileFormat) -> tuple[str, str]:
    """A file of a few analyses, and its media type."""
    file = JsonFile() if file_format == "json" else CsvFile(scored_findings(documents))
    return file.begin() + file.page(documents) + file.end(), file.media_type


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
