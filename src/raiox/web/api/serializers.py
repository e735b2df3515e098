"""What is stored or loaded as the API's documents: analyses with addresses and times, and networks."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from raiox.entities import ModelIdentity
from raiox.records.rows import StoredAnalysis
from raiox.service.wait_estimate import QueuePosition
from raiox.settings import Settings
from raiox.web.api.schemas import (
    Analysis,
    CurrentModel,
    CurrentModels,
    KeptValues,
    OperatingFigures,
)

API = "/api/v1"
MS_DECIMALS = 3


def analysis_document(
    analysis: StoredAnalysis,
    root_path: str,
    waiting: QueuePosition | None = None,
    address: str | None = None,
) -> Analysis:
    """Everything that the API returns of one analysis.

    Args:
        root_path: what a proxy puts before every address of the service; may be empty.
        address: under which it is served, where that is another than its owner's.
        waiting: its position in the queue, while it has one.
    """
    address = f"{root_path}{address or address_of(analysis.id)}"
    maps = {finding: f"{address}/heatmap/{finding}.png" for finding in analysis.result.scores or ()}
    return Analysis(
        **dict(analysis.result),
        id=analysis.id,
        state=analysis.state,
        queue_position=waiting.n_before if waiting else None,
        estimated_wait_s=waiting.estimated_s if waiting else None,
        maps=maps if analysis.has_maps else None,
        lungs=f"{address}/lungs.png" if _knows_lungs(analysis) else None,
        image=f"{address}/image" if analysis.has_image else None,
        sha256=analysis.sha256,
        width_px=analysis.width_px,
        height_px=analysis.height_px,
        pixel_spacing_mm=analysis.pixel_spacing_mm,
        values=_values(analysis, address),
        source_format=analysis.source_format,
        notes=analysis.notes,
        created_at=instant(analysis.created_at),
        finished_at=instant(analysis.finished_at) if analysis.finished_at else None,
        image_expires_at=instant(analysis.image_until),
        expires_at=instant(analysis.expires_at),
    )


def describe_models(
    models: Mapping[str, ModelIdentity], settings: Settings, *, share_h: float, writes_pdf: bool
) -> CurrentModels:
    """The networks that answer, and what becomes of uploads.

    Args:
        models: by role.
        settings: whose limits and times hold.
        share_h: how long a secret link is valid; 0: there are none.
        writes_pdf: whether a result is to be had as PDF.
    """
    points = models["classifier"].operating_points
    return CurrentModels(
        models={role: _current_model(identity) for role, identity in models.items()},
        labels=models["classifier"].labels,
        operating_points={label: point.threshold for label, point in points.items()},
        operating_figures={
            label: OperatingFigures(sensitivity=point.sensitivity, specificity=point.specificity)
            for label, point in points.items()
        },
        max_upload_bytes=settings.intake.max_upload_bytes,
        max_pixels=settings.intake.max_pixels,
        keep_images_h=settings.records.keep_images_h,
        keep_results_h=settings.records.keep_results_h,
        share_h=share_h,
        writes_pdf=writes_pdf,
        login=settings.oidc.issuer is not None,
    )


def _current_model(identity: ModelIdentity) -> CurrentModel:
    return CurrentModel(
        id=identity.id,
        sha256=identity.sha256,
        labels=identity.labels,
        multi_label=identity.multi_label,
        architecture=identity.architecture,
        preprocessing=dict(identity.preprocessing),
    )


def address_of(analysis_id: str) -> str:
    """Where the service has an analysis."""
    return f"{API}/analyses/{analysis_id}"


def _knows_lungs(analysis: StoredAnalysis) -> bool:
    return analysis.has_maps and bool(analysis.result.evidence_in_lungs)


def _values(analysis: StoredAnalysis, address: str) -> KeptValues | None:
    if analysis.value_scale is None or not analysis.has_image:
        return None
    return KeptValues(address=f"{address}/values", **asdict(analysis.value_scale))


def instant(seconds: float) -> datetime:
    """UTC, to the millisecond."""
    return datetime.fromtimestamp(round(seconds, MS_DECIMALS), UTC)
