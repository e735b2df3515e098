"""The document of one analysis: one type from the worker to the client.

The worker makes an `AnalysisResult`, the records store it, the API returns it, the
command line prints it; its keys are a contract (docs/reference/analysis-json.md).
Findings are keys of dictionaries, not a closed list: the bundle that answers names them.
"""

from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, computed_field

from raiox.entities import (
    Abnormality,
    EngineResult,
    FilterResult,
    LungOcclusion,
    ModelIdentity,
    Neighbour,
    Prediction,
)
from raiox.errors import Fact, RaioxError
from raiox.messages import messages_in_all_languages
from raiox.vocabulary import (
    LOW_QUALITY_NOTES,
    NOTICE,
    AnalysisState,
    Finding,
    ImageKind,
    Outcome,
    Uncertainty,
)

SCORE_DECIMALS = 4
MOST_IS_LEFT: Final = 0.5
"""Share of a score, left with the lungs hidden, from which it does not rest on them."""
LOW_QUALITY: Final = "low_quality"
"""Code of the warning that the filter gives; the classifier's are `Uncertainty`, intake's `notes`."""


class Document(BaseModel):
    """A frozen JSON object with exactly the keys of its class."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_serialization_defaults_required=True
    )


class Sentences(Document):
    """One code in one language."""

    title: str = Field(description="What happened.")
    detail: str = Field(description="Why, with the facts.")
    action: str = Field(description="What to do now.")


class CodedMessage(Document):
    """A rejection or a failure: a stable code, its facts, and sentences for people."""

    code: str = Field(description="Stable; decide by this.", examples=["rotated_radiograph"])
    facts: dict[str, Fact] = Field(default_factory=dict)

    @computed_field(description="By language.")  # type: ignore[prop-decorator]
    @property
    def messages(self) -> dict[str, Sentences]:
        """The sentences; made when they are shown, so that no row keeps old wording."""
        translations = messages_in_all_languages(self.code, self.facts)
        return {language: Sentences(**sentences) for language, sentences in translations.items()}


class FilterDocument(Document):
    """What the frontal filter saw."""

    frontal: float = Field(ge=0, le=1, description="Score of an upright frontal chest radiograph.")
    kind: ImageKind = Field(description="The likeliest kind of image.")
    rotation_deg: int = Field(description="Clockwise rotation seen: 0, 90, 180 or 270.")
    quality: float | None = Field(
        None, ge=0, le=1, description="Technical quality of a frontal radiograph; 1 is best."
    )
    low_quality: bool = False

    @classmethod
    def of(cls, result: FilterResult) -> Self:
        """The document of what the filter returned."""
        quality = None if result.quality is None else round(result.quality, SCORE_DECIMALS)
        return cls(
            frontal=round(result.frontal, SCORE_DECIMALS),
            kind=result.kind,
            rotation_deg=result.rotation_deg,
            quality=quality,
            low_quality=result.low_quality,
        )


class AbnormalityDocument(Document):
    """Whether the image shows any finding, decided before which."""

    score: float = Field(ge=0, le=1, description="1 - the score of No Finding.")
    threshold: float = Field(ge=0, le=1, description="The operating point, chosen on `valid`.")
    present: bool = Field(description="Whether the score reaches it.")

    @classmethod
    def of(cls, abnormality: Abnormality) -> Self:
        """The document of what the classifier decided."""
        return cls(
            score=round(abnormality.score, SCORE_DECIMALS),
            threshold=round(abnormality.threshold, SCORE_DECIMALS),
            present=abnormality.present,
        )


class ModelDocument(Document):
    """One network."""

    id: str
    sha256: str

    @classmethod
    def of(cls, identity: ModelIdentity) -> Self:
        """The document of a loaded network."""
        return cls(id=identity.id, sha256=identity.sha256)


class AnsweringModels(ModelDocument):
    """The classifier that answered and, under `filter`, the frontal filter before it."""

    filter: ModelDocument


class AnalysisResult(Document):
    """How one analysis ended: a result, a rejection or an error; nothing before that."""

    outcome: Outcome | None = Field(None, description="Null unless `done`.")
    rejection: CodedMessage | None = Field(None, description="Why the filter rejected the image.")
    error: CodedMessage | None = Field(None, description="Why the analysis failed.")
    filter: FilterDocument | None = None
    scores: dict[str, float] | None = Field(None, description="By finding, from 0 to 1.")
    finding: str | None = Field(
        None, description="A finding, `uncertain`, or `none` of a multi-label network."
    )
    uncertainty: Uncertainty | None = Field(
        None, description="Why the finding is `uncertain`: a code; null where it is not."
    )
    findings_set: tuple[str, ...] | None = Field(
        None, description="The findings that the scores cannot separate, likeliest first."
    )
    abnormality: AbnormalityDocument | None = Field(
        None, description="Null where no label of the classifier is that of normal images."
    )
    out_of_distribution: bool | None = Field(
        None, description="Whether the image is unlike those that the network knows."
    )
    evidence_in_lungs: dict[str, float | None] | None = Field(
        None, description="By finding: share of its map's evidence that lies inside the lungs."
    )
    lung_extent: dict[str, dict[str, float]] | None = Field(
        None,
        description="By finding: share of the area of the `lungs`, of the `right` and the `left` one "
        "and of their `upper`, `middle` and `lower` third with evidence for it. Not validated as "
        "severity.",
    )
    positioning: tuple[str, ...] | None = Field(
        None, description="Codes of how the lungs lie in the picture."
    )
    embedding_xyz: tuple[float, float, float] | None = Field(
        None, description="Coordinates in the embedding map."
    )
    neighbours: tuple[Neighbour, ...] | None = Field(
        None, description="Nearest reference cases, nearest first."
    )
    model: AnsweringModels | None = None
    timings_ms: dict[str, float] | None = Field(None, description="Of each network.")

    @classmethod
    def of(cls, engine_result: EngineResult) -> Self:
        """The result that the engine's answer decides."""
        rejection, models = engine_result.rejection, engine_result.models
        return cls(
            outcome=Outcome.REJECTED if rejection else Outcome.ANALYSED,
            rejection=CodedMessage(code=rejection.code, facts=dict(rejection.facts))
            if rejection
            else None,
            filter=FilterDocument.of(engine_result.filter_result),
            model=AnsweringModels(
                id=models["classifier"].id,
                sha256=models["classifier"].sha256,
                filter=ModelDocument.of(models["frontal_filter"]),
            ),
            timings_ms=dict(engine_result.timings_ms),
            **_prediction_fields(engine_result.prediction),
        )

    @classmethod
    def failed(cls, error: RaioxError) -> Self:
        """The result of an analysis that has none, with the reason."""
        return cls(error=CodedMessage(code=error.code, facts=error.facts))


SCORE_NEEDS_LUNGS: Final = "score_needs_lungs"
SCORE_STAYS_WITHOUT_LUNGS: Final = "score_stays_without_lungs"
NO_FINDING_WITHOUT_LUNGS: Final = "no_finding_without_lungs"
OCCLUSION_READINGS: Final = (SCORE_NEEDS_LUNGS, SCORE_STAYS_WITHOUT_LUNGS, NO_FINDING_WITHOUT_LUNGS)
"""Codes of what a score with the lungs hidden means."""


class LungOcclusionDocument(Document):
    """What is left of the scores with the lungs hidden: what a network reads outside of them."""

    scores: dict[str, float] = Field(description="By finding, from 0 to 1, of the whole image.")
    scores_without_lungs: dict[str, float] = Field(description="The same with the lungs hidden.")
    finding: str = Field(description="The finding with the highest score.")
    share_left: float = Field(ge=0, le=1, description="Of that score, with the lungs hidden.")
    reading: CodedMessage = Field(description="What that means.")

    @classmethod
    def of(cls, occlusion: LungOcclusion) -> Self:
        """The document of what the classifier scored."""
        scores, without = occlusion.scores, occlusion.scores_without_lungs
        finding = max(scores, key=lambda label: scores[label])
        share_left = min(1.0, without[finding] / scores[finding])
        facts = {
            "score_percent": round(100 * scores[finding]),
            "left_percent": round(100 * without[finding]),
        }
        code = SCORE_NEEDS_LUNGS if share_left < MOST_IS_LEFT else SCORE_STAYS_WITHOUT_LUNGS
        if finding == Finding.NO_FINDING:
            code = NO_FINDING_WITHOUT_LUNGS
        return cls(
            scores={key: round(score, SCORE_DECIMALS) for key, score in scores.items()},
            scores_without_lungs={k: round(score, SCORE_DECIMALS) for k, score in without.items()},
            finding=finding,
            share_left=round(share_left, SCORE_DECIMALS),
            reading=CodedMessage(code=code, facts=facts),
        )

    @computed_field(description="The notice that belongs beside every result, by language.")  # type: ignore[prop-decorator]
    @property
    def notice(self) -> dict[str, str]:
        """Research use only, in every language."""
        return dict(NOTICE)


class AnalysisDocument(AnalysisResult):
    """One image and its result, as every interface of raiox shows them."""

    id: str
    state: AnalysisState
    sha256: str = Field(description="Of the uploaded bytes; empty where they could not be read.")
    notes: tuple[str, ...] = Field((), description="Codes of what intake saw or changed.")
    maps: dict[str, str] | None = Field(
        None, description="Heatmap of each finding: an address, or a file on the command line."
    )

    @property
    def warnings(self) -> tuple[str, ...]:
        """Codes of everything that a reader of the result should know of the image."""
        # A rejection has its own reason, and no result whose trust a poor picture could lessen.
        poor = self.filter is not None and self.filter.low_quality and self.rejection is None
        low_quality = (LOW_QUALITY,) if poor else ()
        without = LOW_QUALITY_NOTES if self.rejection else frozenset()
        notes = [code for code in self.notes if code not in without]
        uncertain = (self.uncertainty,) if self.uncertainty else ()
        return (*notes, *(self.positioning or ()), *low_quality, *uncertain)

    @computed_field(description="The notice that belongs beside every result, by language.")  # type: ignore[prop-decorator]
    @property
    def notice(self) -> dict[str, str]:
        """Research use only, in every language."""
        return dict(NOTICE)


def _prediction_fields(prediction: Prediction | None) -> dict[str, object]:
    if prediction is None:
        return {}
    scores = prediction.scores.items()
    return {
        "scores": {str(finding): round(score, SCORE_DECIMALS) for finding, score in scores},
        "finding": prediction.finding,
        "uncertainty": prediction.uncertainty,
        "abnormality": AbnormalityDocument.of(prediction.abnormality)
        if prediction.abnormality
        else None,
        "findings_set": tuple(map(str, prediction.findings_set)),
        "out_of_distribution": prediction.out_of_distribution,
        "evidence_in_lungs": {
            str(finding): None if share is None else round(share, SCORE_DECIMALS)
            for finding, share in prediction.evidence_in_lungs.items()
        },
        "lung_extent": {
            str(finding): {zone: round(share, SCORE_DECIMALS) for zone, share in zones.items()}
            for finding, zones in prediction.lung_extent.items()
        },
        "positioning": prediction.positioning,
        "embedding_xyz": prediction.embedding_xyz,
        "neighbours": prediction.neighbours,
    }
