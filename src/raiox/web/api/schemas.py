"""The documents that the API alone returns; those of a result are in `raiox.result`.

Every route returns its model, so OpenAPI describes exactly what clients receive.
"""

from datetime import datetime
from typing import Any

from pydantic import Field

from raiox.errors import Fact
from raiox.result import AnalysisDocument, Document, ModelDocument
from raiox.web.http.problems import Problem


class KeptValues(Document):
    """The numbers of a file of more than 8 bits, and how they become shades."""

    address: str = Field(description="Of a gray PNG of 16 bits, of the shape of the image.")
    slope: float = Field(description="A value is slope * sample + intercept.")
    intercept: float
    black: float = Field(description="The value that the image shows black; may exceed `white`.")
    white: float


class Analysis(AnalysisDocument):
    """One upload and its result, with addresses and times."""

    queue_position: int | None = Field(
        None, ge=0, description="How many wait before it; null unless queued."
    )
    estimated_wait_s: int | None = Field(
        None, ge=1, description="From the duration of recent analyses; null before the first."
    )
    lungs: str | None = Field(
        None, description="Address of a gray PNG: where the lungs are; null where that is unknown."
    )
    image: str | None = Field(description="Address of the stored image, while it is kept.")
    width_px: int
    height_px: int
    pixel_spacing_mm: float | None = Field(
        None, gt=0, description="Side of a pixel, as the file says; null where it does not."
    )
    values: KeptValues | None = Field(
        None, description="While the image is kept; null where the file has no more than 8 bits."
    )
    source_format: str
    created_at: datetime
    finished_at: datetime | None
    image_expires_at: datetime
    expires_at: datetime


class AnalysisPage(Document):
    """Some analyses, newest first."""

    analyses: tuple[Analysis, ...]
    next_cursor: str | None


class ShareDocument(Document):
    """A secret link to an analysis, without its token."""

    id: str
    created_at: datetime
    expires_at: datetime


class NewShare(ShareDocument):
    """A secret link that was just made."""

    token: str = Field(description="Said once; for the header `Share-Token`.")


class SharePage(Document):
    """The links to an analysis that are still valid."""

    shares: tuple[ShareDocument, ...]


class SharedAnalysis(Document):
    """What a secret link leads to; the addresses in it want the same token."""

    analysis: Analysis
    expires_at: datetime


class UploadItem(Document):
    """What became of one of several files: an analysis or a problem."""

    status: int = Field(description="201 finished, 202 accepted, else that of the problem.")
    analysis: Analysis | None = None
    problem: Problem | None = None


class UploadBatch(Document):
    """What became of several files, in the order of their parts."""

    items: tuple[UploadItem, ...]


class OperatingFigures(Document):
    """What an operating point gave on the validation split."""

    sensitivity: float = Field(ge=0, le=1)
    specificity: float = Field(ge=0, le=1)


class CurrentModel(ModelDocument):
    """A network that answers now."""

    labels: tuple[str, ...] = Field(description="What it scores, in its order.")
    multi_label: bool = Field(description="Whether each label is decided on its own.")
    architecture: str | None = Field(description="The network; null if the bundle does not say.")
    preprocessing: dict[str, Fact] = Field(description="How it wants its input.")


class CurrentModels(Document):
    """The networks that answer, by role, and what the service does with uploads."""

    models: dict[str, CurrentModel]
    labels: tuple[str, ...] = Field(description="What the classifier scores, in its order.")
    operating_points: dict[str, float] = Field(description="Threshold of each finding's score.")
    operating_figures: dict[str, OperatingFigures]
    max_upload_bytes: int
    max_pixels: int
    keep_images_h: float
    keep_results_h: float
    share_h: float = Field(description="How long a secret link is valid; 0: there are none.")
    writes_pdf: bool = Field(description="Whether an analysis can be had as a PDF.")
    login: bool = Field(description="Whether people sign in; `POST /logout` then signs them out.")


class ReportMetric(Document):
    """One metric with its 95 % interval; null where it is not defined."""

    key: str = Field(examples=["auc.covid19"])
    section: str
    name: dict[str, str]
    value: float | None
    low: float | None
    high: float | None
    n: int


class ReportDocument(Document):
    """What a network was measured at; docs/reference/report-json.md describes each key."""

    format_version: int
    bundle: dict[str, str]
    data: dict[str, Any]
    code_version: str
    command: str
    limits: list[dict[str, str]]
    unmet_targets: list[dict[str, Any]]
    metrics: list[ReportMetric]
    confusion: dict[str, Any]
    curves: dict[str, Any]


class MapCase(Document):
    """A reference case of the embedding map."""

    image: str = Field(description="Data set and file name.")
    finding: str
    source: str = Field(description="Its data set.")


class CaseMap(Document):
    """The embedding map of the classifier that answers; empty where it has none."""

    cases: tuple[MapCase, ...]
    coordinates: tuple[tuple[float, ...], ...] = Field(
        description="Of each case, by falling variance; the first three are x, y, z."
    )
    explained_variance: tuple[float, ...]


class ReferenceCase(MapCase):
    """A reference case with what its data set says of it."""

    licence: str | None
    origin: str | None
    url: str | None = Field(description="Of its image, where the service has it.")


class Example(Document):
    """An image to try, with the attribution that its licence requires."""

    id: str
    url: str
    attribution: str
    title: dict[str, str] | None = Field(None, description="By language.")
    licence: str | None = None
    source: str | None = None


class Examples(Document):
    """All examples of this installation."""

    examples: tuple[Example, ...]


class Status(Document):
    """One word about the process."""

    status: str = Field(examples=["ready"])


_PROBLEM: dict[str, Any] = {"model": Problem, "content": {"application/problem+json": {}}}

_DESCRIPTIONS = {
    400: "The request breaks HTTP, multipart or the API's rules.",
    401: "No valid key, where one is needed.",
    403: "A page of another site requested a change, or the key lacks a scope.",
    404: "Nothing here, or not yours.",
    405: "The address has no such method.",
    408: "The body took too long.",
    409: "The first request with this key still runs.",
    413: "Too many bytes, or too many files.",
    414: "The URL is too long.",
    415: "Not an image of a format that is read.",
    421: "Not a host name of this service.",
    422: "The image cannot be read, or the request contradicts an earlier one.",
    429: "Too many requests; see Retry-After.",
    431: "The headers are too large.",
    500: "A programming error; quote request_id.",
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
