"""A stored analysis as the API's JSON: the shared document, with addresses and times."""

from datetime import UTC, datetime

from raiox.records.rows import StoredAnalysis
from raiox.service.result_json import JsonObject, describe
from raiox.service.wait_estimate import QueueStatus
from raiox.vocabulary import FINDINGS, Finding

API = "/api/v1"


def analysis_document(analysis: StoredAnalysis, waiting: QueueStatus | None = None) -> JsonObject:
    """Everything the API tells of one analysis."""
    document = describe(analysis.id, analysis.state, analysis.sha256, analysis.body)
    if waiting is not None:
        document["queue_position"] = waiting.n_before
        document["estimated_wait_s"] = waiting.estimated_s
    return document | {
        "maps": heatmap_addresses(analysis),
        "image": image_address(analysis),
        "width_px": analysis.width_px,
        "height_px": analysis.height_px,
        "source_format": analysis.source_format,
        "notes": list(analysis.notes),
        "created_at": instant(analysis.created_at),
        "finished_at": instant(analysis.finished_at) if analysis.finished_at else None,
        "image_expires_at": instant(analysis.image_until),
        "expires_at": instant(analysis.expires_at),
    }


def address(analysis_id: str) -> str:
    """Where an analysis lives."""
    return f"{API}/analyses/{analysis_id}"


def image_address(analysis: StoredAnalysis) -> str | None:
    """Where its image is, None once it is no longer kept."""
    return f"{address(analysis.id)}/image" if analysis.has_image else None


def heatmap_addresses(analysis: StoredAnalysis) -> dict[Finding, str] | None:
    """Where its heatmaps are, None where the classifier did not speak."""
    if not analysis.has_maps:
        return None
    return {finding: f"{address(analysis.id)}/heatmap/{finding}.png" for finding in FINDINGS}


def instant(seconds: float) -> str:
    """RFC 3339, UTC, to the millisecond."""
    told = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return told.replace("+00:00", "Z")
