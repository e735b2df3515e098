"""The API's documents for OpenAPI: what clients may rely on.

Routes answer with plain JSON that was made elsewhere; these models describe it,
and the contract tests hold the answers against them.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from raiox.vocabulary import AnalysisState, Finding, ImageKind, Outcome


class Sentences(BaseModel):
    """One code in one language."""

    title: str
    detail: str
    action: str


class Problem(BaseModel):
    """RFC 9457, with raiox's own members."""

    type: str = Field(examples=["urn:raiox:problem:not_an_image"])
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(description="Stable; decide by this.", examples=["not_an_image"])
    action: str = Field(description="What to do now.")
    request_id: str
    facts: dict[str, str | int | float]
    translations: dict[str, Sentences]


class FilterSeen(BaseModel):
    """What the frontal filter saw."""

    frontal: float = Field(ge=0, le=1)
    kind: ImageKind
    rotation_deg: int
    quality: float | None = Field(None, ge=0, le=1)
    low_quality: bool = False


class Coded(BaseModel):
    """A rejection or a failure: a code, its facts and its sentences."""

    model_config = ConfigDict(extra="allow")
    code: str
    messages: dict[str, Sentences]


class Model(BaseModel):
    """Which network answered."""

    model_config = ConfigDict(extra="allow")
    id: str
    sha256: str


class AnalysisDocument(BaseModel):
    """One upload and its outcome."""

    model_config = ConfigDict(extra="allow")
    id: str
    state: AnalysisState
    queue_position: int | None = Field(None, ge=0, description="How many wait before it.")
    estimated_wait_s: int | None = Field(
        None, ge=1, description="While queued, by the pace of recent analyses; null before any."
    )
    outcome: Outcome | None = None
    rejection: Coded | None = None
    error: Coded | None = None
    filter: FilterSeen | None = None
    scores: dict[Finding, float] | None = None
    finding: str | None = Field(None, description="A finding, or `uncertain`.")
    findings_set: list[Finding] | None = None
    out_of_distribution: bool | None = None
    maps: dict[Finding, str] | None = None
    embedding_xyz: list[float] | None = None
    model: Model | None = None
    timings_ms: dict[str, float] | None = None
    sha256: str = Field(description="Of the uploaded bytes.")
    notice: dict[str, str]
    image: str | None
    width_px: int
    height_px: int
    source_format: str
    notes: list[str]
    created_at: str
    finished_at: str | None
    image_expires_at: str
    expires_at: str


class AnalysisPage(BaseModel):
    """Some analyses, newest first."""

    analyses: list[AnalysisDocument]
    next_cursor: str | None


class OperatingFigures(BaseModel):
    """What an operating point gave on the validation split."""

    sensitivity: float = Field(ge=0, le=1)
    specificity: float = Field(ge=0, le=1)


class CurrentModels(BaseModel):
    """The networks that answer, by role."""

    models: dict[str, Model]
    operating_points: dict[str, float] = Field(description="Threshold of each finding's score.")
    operating_figures: dict[str, OperatingFigures]
    max_upload_bytes: int
    keep_images_h: float
    keep_results_h: float


class ReportFigure(BaseModel):
    """One measured figure with its 95 % interval; null where it is not defined."""

    key: str = Field(examples=["auc.covid19"])
    section: str
    name: dict[str, str]
    value: float | None
    low: float | None
    high: float | None
    n: int


class ReportDocument(BaseModel):
    """What a network was measured at; docs/reference/report-json.md tells each key."""

    model_config = ConfigDict(extra="allow")
    format_version: int
    bundle: dict[str, str]
    data: dict[str, Any]
    code_version: str
    command: str
    limits: list[dict[str, str]]
    missed: list[dict[str, Any]]
    figures: list[ReportFigure]
    confusion: dict[str, Any]
    curves: dict[str, Any]


class ReferenceCase(BaseModel):
    """A case of the embedding map."""

    image: str
    finding: Finding
    source: str
    licence: str | None
    origin: str | None
    url: str | None = Field(description="Of its image, where that is at hand.")


class Example(BaseModel):
    """An image to try, with the attribution its licence asks for."""

    model_config = ConfigDict(extra="allow")
    id: str
    url: str
    attribution: str


class Examples(BaseModel):
    """All examples of this installation."""

    examples: list[Example]


_PROBLEM: dict[str, Any] = {"model": Problem, "content": {"application/problem+json": {}}}

_DESCRIPTIONS = {
    400: "The request breaks HTTP, multipart or the API's rules.",
    403: "A page of another site asked for a change.",
    404: "Nothing here, or not yours.",
    405: "The address has no such method.",
    408: "The body took too long.",
    409: "The first request with this key still runs.",
    413: "Too many bytes.",
    414: "The URL is too long.",
    415: "Not an image that is read.",
    421: "Not a host that is answered for.",
    422: "The image cannot be read, or the request contradicts an earlier one.",
    429: "Too many requests; see Retry-After.",
    431: "The headers are too large.",
    500: "A mistake of ours; quote request_id.",
    503: "Not now; see Retry-After.",
    507: "No space left.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for these refusals, and for those any route may give."""
    everywhere = (400, 403, 405, 413, 414, 415, 421, 422, 431, 500, 503)
    return {
        status: _PROBLEM | {"description": _DESCRIPTIONS[status]}
        for status in sorted({*everywhere, *statuses})
    }


PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}, "description": "PNG."}}
