"""Documents, problems and pictures for the stand-in, made by raiox's own functions."""

import io
import time
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from PIL import Image

from raiox.entities import (
    EngineResult,
    FilterResult,
    LungOcclusion,
    ModelIdentity,
    Neighbour,
    Prediction,
    Rejection,
)
from raiox.errors import RaioxError
from raiox.inference.heatmap import render
from raiox.intake.sandbox.decoder_api import NOTES
from raiox.records.errors import QueueFullError
from raiox.records.rows import StoredAnalysis
from raiox.result import AnalysisResult, LungOcclusionDocument, ModelDocument
from raiox.service.png import to_png
from raiox.vocabulary import FEW_SHADES, FINDINGS, AnalysisState, ImageKind, Uncertainty
from raiox.web.api.admin import (
    AdminStatus,
    DiskStatus,
    DriftStatus,
    QueueStatus,
    RecentAnalyses,
)
from raiox.web.api.serializers import analysis_document
from raiox.web.errors import UnknownRouteError
from raiox.web.http.problems import make_problem as make_problem_document
from raiox.web.http.problems import problem_headers

WIDTH_PX, HEIGHT_PX = 320, 288
DAY_S = 86_400.0
SPACING_MM = 0.5
"""Of the image without a finding; the others do not say."""
MODELS = MappingProxyType(
    {
        "frontal_filter": ModelIdentity("frontal-filter-phantom", "5e" * 32),
        "classifier": ModelIdentity("classifier-phantom", "c0" * 32),
    }
)
FRONTAL = FilterResult(0.993, ImageKind.FRONTAL, accepted=True)
POOR = FilterResult(0.91, ImageKind.FRONTAL, accepted=True, quality=0.23, low_quality=True)
FIVE = ("no_finding", "edema", "pleural_effusion", "mass", "covid19")
"""Labels of another bundle, of which raiox knows two."""


def draw_phantom() -> Image.Image:
    """Something like a chest: bright body, two dark lungs, bright spine and heart."""
    y, x = np.mgrid[-1 : 1 : HEIGHT_PX * 1j, -1 : 1 : WIDTH_PX * 1j]
    lungs = np.minimum(np.hypot((np.abs(x) - 0.42) / 0.3, (y + 0.05) / 0.68), 1) ** 6
    heart = np.clip(1 - np.hypot((x - 0.15) / 0.32, (y - 0.35) / 0.36), 0, 1)
    ribs = 0.08 * np.cos((y * 9 + np.abs(x) * 3) * np.pi)
    body = np.clip(1.2 - np.hypot(x / 1.05, y / 1.25) ** 4, 0, 1)
    light = body * (
        0.2 + 0.55 * lungs + 0.5 * heart + ribs * (1 - lungs) + 0.1 * (np.abs(x) < 0.07)
    )
    return Image.fromarray((np.clip(light, 0, 1) * 255).astype(np.uint8))


def encode(image: Image.Image, image_format: str = "PNG") -> bytes:
    """The image as the bytes of a file."""
    file = io.BytesIO()
    image.save(file, image_format)
    return file.getvalue()


PNG = encode(draw_phantom())


def heatmap_png(address: str) -> bytes:
    """A warm spot, elsewhere for each address."""
    y, x = np.mgrid[0:1:14j, 0:1:14j]
    at_x = 0.3 if "covid" in address else 0.68
    spot = np.exp(-((x - at_x) ** 2 + (y - 0.55) ** 2) / 0.03)
    return render((spot * 0.95).astype(np.float32), WIDTH_PX, HEIGHT_PX)


def lungs_png() -> bytes:
    """Two lungs, in as few pixels as the service sends."""
    y, x = np.mgrid[-1:1:36j, -1:1:40j]
    inside = np.hypot((np.abs(x) - 0.42) / 0.3, (y + 0.05) / 0.68) < 1
    return to_png((255 * inside).astype(np.uint8))


def make_occlusion() -> dict[str, Any]:
    """What is left of the scores with the lungs hidden: most of it."""
    scores = READINGS["analysed"].prediction.scores
    occlusion = LungOcclusion(scores, {finding: 0.9 * score for finding, score in scores.items()})
    return LungOcclusionDocument.of(occlusion).model_dump(mode="json")


def make_admin_status() -> dict[str, Any]:
    """A service that does well, and whose inputs have moved."""
    return AdminStatus(
        ready=True,
        queue=QueueStatus(queued=3, running=1, done=1_204, failed=2, oldest_queued_s=4.2),
        disk=DiskStatus(free_bytes=52_000_000_000, n_images=811, images_bytes=640_000_000),
        recent=RecentAnalyses(
            days=7,
            n_analyses=312,
            per_day=44.57,
            without_result={"rotated_radiograph": 11, "not_frontal": 4},
        ),
        requests={"200": 5_210, "201": 309, "415": 7},
        refusals={"not_an_image": 7},
        drift=DriftStatus(
            n_results=297,
            scores={"no_finding": 0.04, "lung_opacity": 0.18, "covid19": 0.41},
            inputs={"x": 0.02, "y": 0.3, "z": None},
        ),
        models={
            role: ModelDocument(id=model.id, sha256=model.sha256) for role, model in MODELS.items()
        },
        keep_images_h=24,
        keep_results_h=720,
    ).model_dump(mode="json")


def _analysed(
    scores: dict[str, float],
    finding: str,
    findings_set: tuple[str, ...] | None = None,
    filter_result: FilterResult = FRONTAL,
    *,
    out_of_distribution: bool = False,
) -> EngineResult:
    prediction = Prediction(
        scores=scores,
        finding=finding,
        findings_set=(finding,) if findings_set is None else findings_set,
        activation_maps=np.zeros((len(scores), 14, 14), np.float32),
        embedding=np.zeros(8, np.float32),
        out_of_distribution=out_of_distribution,
        uncertainty=Uncertainty.OUT_OF_DISTRIBUTION if out_of_distribution else None,
        evidence_in_lungs=dict.fromkeys(scores, 0.62),
        lung_extent={finding: {"lungs": 0.21, "right": 0.3, "left": 0.1} for finding in scores},
        neighbours=(
            Neighbour("cohen/case-0.jpg", "covid19", "cohen", 0.0),
            Neighbour("rsna/case-1.jpg", "no_finding", "rsna", 1.234),
        ),
    )
    timings_ms = {"filter": 7.1, "classifier": 38.4}
    return EngineResult(filter_result, None, prediction, MODELS, timings_ms)


def _three(no_finding: float, lung_opacity: float, covid19: float) -> dict[str, float]:
    return dict(zip(map(str, FINDINGS), (no_finding, lung_opacity, covid19), strict=True))


def _five(*scores: float) -> dict[str, float]:
    return dict(zip(FIVE, scores, strict=True))


def _rejected(code: str, kind: ImageKind, **facts: float) -> EngineResult:
    verdict = FilterResult(0.031, kind, accepted=False)
    return EngineResult(verdict, Rejection(code, facts), None, MODELS, {"filter": 7.1})


READINGS = {
    "analysed": _analysed(_three(0.07, 0.11, 0.82), "covid19"),
    "no_finding": _analysed(_three(0.91, 0.06, 0.03), "no_finding"),
    "uncertain": _analysed(_three(0.08, 0.45, 0.47), "uncertain", ("covid19", "lung_opacity")),
    "low_quality": _analysed(_three(0.07, 0.11, 0.82), "covid19", None, POOR),
    "unlike": _analysed(
        _three(0.07, 0.11, 0.82),
        "uncertain",
        ("covid19", "lung_opacity", "no_finding"),
        out_of_distribution=True,
    ),
    "every_warning": _analysed(
        _three(0.07, 0.11, 0.82),
        "uncertain",
        ("covid19", "lung_opacity", "no_finding"),
        POOR,
        out_of_distribution=True,
    ),
    "one_of_five": _analysed(_five(0.05, 0.1, 0.7, 0.05, 0.1), "pleural_effusion"),
    "two_of_five": _analysed(
        _five(0.1, 0.91, 0.83, 0.2, 0.4), "edema", ("edema", "pleural_effusion")
    ),
    "none_of_five": _analysed(_five(0.1, 0.2, 0.15, 0.05, 0.1), "none", ()),
    "rotated": _rejected(
        "rotated_radiograph",
        ImageKind.ROTATED_90,
        rotation_deg=90,
        turn_back_deg=270,
        turn_back="↺ 90°",
    ),
    "inverted": _rejected("inverted_radiograph", ImageKind.INVERTED),
    "photograph": _rejected("photograph", ImageKind.NATURAL),
    "blank": _rejected("blank_image", ImageKind.FRONTAL, contrast=0),
}
NOTES_OF: Final = {"every_warning": tuple(sorted(NOTES)), "blank": (FEW_SHADES,)}
"""What intake noted of the image of a reading."""


def make_document(analysis_id: str, name: str) -> dict[str, Any] | None:
    """The document of a reading, as the service sends it; None for an unknown name."""
    reading = READINGS.get(name)
    if reading is None:
        return None
    now = time.time()
    stored = StoredAnalysis(
        number=1,
        id=analysis_id,
        state=AnalysisState.DONE,
        sha256="ab" * 32,
        source_format="png",
        notes=NOTES_OF.get(name, ()),
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        created_at=now,
        finished_at=now,
        image_until=now + DAY_S,
        expires_at=now + 30 * DAY_S,
        has_image=True,
        has_maps=reading.prediction is not None,
        result=AnalysisResult.of(reading),
        pixel_spacing_mm=SPACING_MM if name == "no_finding" else None,
    )
    return analysis_document(stored, root_path="").model_dump(mode="json")


def make_problem(code: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The problem document of a code, and its headers."""
    error: RaioxError = UnknownRouteError()
    if code == "queue_full":
        error = QueueFullError(retry_after_s=5)
    elif code != "not_found":
        error = _find_error(code)()
    problem = make_problem_document(error, language="pt", instance="/", request_id="stand-in")
    return problem.model_dump(mode="json"), problem_headers(error)


def _find_error(code: str) -> type[RaioxError]:
    waiting = [RaioxError]
    while waiting:
        error = waiting.pop()
        if error.code == code and error.__subclasses__() == []:
            return error
        waiting += error.__subclasses__()
    raise LookupError(code)
