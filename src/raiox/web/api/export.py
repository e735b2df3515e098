"""One's own history as a file: JSON whole, CSV flat."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from raiox.service.result_json import JsonObject
from raiox.vocabulary import FINDINGS

COLUMNS = (
    "id", "created_at", "state", "outcome", "finding",
    *(f"score_{finding}" for finding in FINDINGS),
    "filter_frontal", "filter_kind", "rejection_code", "error_code",
    "model_id", "model_sha256", "image_sha256",
)  # fmt: skip


def to_json(documents: Iterable[JsonObject]) -> str:
    """All documents, as the API tells them."""
    return json.dumps({"analyses": list(documents)}, ensure_ascii=False)


def to_csv(documents: Iterable[JsonObject]) -> str:
    """One line for each analysis; only values of raiox, so no cell can be a formula."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    writer.writerows(_line(document) for document in documents)
    return file.getvalue()


def _line(document: JsonObject) -> dict[str, Any]:
    scores = document.get("scores") or {}
    return {
        "id": document["id"],
        "created_at": document["created_at"],
        "state": document["state"],
        "outcome": document.get("outcome"),
        "finding": document.get("finding"),
        **{f"score_{finding}": scores.get(finding) for finding in FINDINGS},
        "filter_frontal": _inside(document, "filter", "frontal"),
        "filter_kind": _inside(document, "filter", "kind"),
        "rejection_code": _inside(document, "rejection", "code"),
        "error_code": _inside(document, "error", "code"),
        "model_id": _inside(document, "model", "id"),
        "model_sha256": _inside(document, "model", "sha256"),
        "image_sha256": document["sha256"],
    }


def _inside(document: JsonObject, part: str, name: str) -> Any:
    return (document.get(part) or {}).get(name)
