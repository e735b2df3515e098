"""A reading as the JSON that every face of raiox shows.

The API, the command line and the page read the same document; its keys are a
contract (docs/reference/analysis-json.md). Only `maps` differs: addresses in
the API, files on the command line.
"""

from dataclasses import asdict
from typing import Any

from raiox.entities import EngineResult, Prediction, Rejection
from raiox.errors import RaioxError
from raiox.messages import messages_in_all_languages
from raiox.vocabulary import NOTICE, AnalysisState, Outcome

JsonObject = dict[str, Any]

SCORE_DECIMALS = 4


def result_json(reading: EngineResult) -> JsonObject:
    """The part of the document that the engine's answer decides."""
    filter_result, models = reading.filter_result, reading.models
    classifier, frontal_filter = models["classifier"], models["frontal_filter"]
    return {
        "outcome": str(Outcome.REJECTED if reading.rejection else Outcome.ANALYSED),
        "rejection": _rejection(reading.rejection) if reading.rejection else None,
        "filter": {
            "frontal": round(filter_result.frontal, SCORE_DECIMALS),
            "kind": str(filter_result.kind),
            "rotation_deg": filter_result.rotation_deg,
            "quality": None
            if filter_result.quality is None
            else round(filter_result.quality, SCORE_DECIMALS),
            "low_quality": filter_result.low_quality,
        },
        **_prediction(reading.prediction),
        "model": {
            "id": classifier.id,
            "sha256": classifier.sha256,
            "filter": {"id": frontal_filter.id, "sha256": frontal_filter.sha256},
        },
        "timings_ms": dict(reading.timings_ms),
    }


def failure_json(error: RaioxError) -> JsonObject:
    """The part of the document that says why there is no result."""
    sentences = messages_in_all_languages(error.code, error.facts)
    return {"error": {"code": error.code, **error.facts, "messages": sentences}}


def describe(analysis_id: str, state: AnalysisState, sha256: str, body: JsonObject) -> JsonObject:
    """The whole document: identity, state, the body of one of the above, the notice."""
    return {"id": analysis_id, "state": str(state), **body, "sha256": sha256, "notice": NOTICE}


def _rejection(rejection: Rejection) -> JsonObject:
    sentences = messages_in_all_languages(rejection.code, rejection.facts)
    return {"code": rejection.code, **rejection.facts, "messages": sentences}


def _prediction(prediction: Prediction | None) -> JsonObject:
    if prediction is None:
        return dict.fromkeys(
            (
                "scores",
                "finding",
                "findings_set",
                "out_of_distribution",
                "embedding_xyz",
                "neighbours",
            )
        )
    return {
        "scores": {str(f): round(s, SCORE_DECIMALS) for f, s in prediction.scores.items()},
        "finding": prediction.finding,
        "findings_set": [str(f) for f in prediction.findings_set],
        "out_of_distribution": prediction.out_of_distribution,
        "embedding_xyz": prediction.embedding_xyz,
        "neighbours": [asdict(neighbour) for neighbour in prediction.neighbours],
    }
