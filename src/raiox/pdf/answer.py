"""An analysis in a few words, as the page says it (`ui/src/analyse/answer.ts`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from raiox.findings import finding_name
from raiox.messages import text
from raiox.result import AnalysisResult
from raiox.vocabulary import NONE, UNCERTAIN, Finding, Language, Uncertainty


@dataclass(frozen=True, slots=True)
class Answer:
    """What the images that it resembles are labelled, or why there is no answer."""

    lead: str
    """Stands before the word, so that it is not taken for a diagnosis; empty where it needs none."""
    word: str
    sentence: str
    caution: str
    findings: tuple[str, ...]
    """Whose colours and shapes stand beside the word."""


def answer_of(result: AnalysisResult, language: Language) -> Answer:
    """The answer of an analysis with scores."""
    finding = result.finding or UNCERTAIN
    listed = list_findings(result.findings_set or (), language)

    def say(key: str, **facts: str) -> str:
        return text(f"result.{key}", language, **facts)

    def unanswered(sentence: str, caution: str) -> Answer:
        return Answer("", say("finding.uncertain"), sentence, say(caution), (UNCERTAIN,))

    if result.out_of_distribution:
        return unanswered(say("answer.unlike"), "answer.unlike_caution")
    if result.uncertainty == Uncertainty.KIND:
        sentence = say("answer.kind_uncertain", findings=listed)
        return unanswered(sentence, "answer.kind_uncertain_caution")
    if finding == UNCERTAIN:
        return unanswered(say("answer.uncertain", findings=listed), "answer.uncertain_caution")
    if finding == NONE:
        return Answer(
            "",
            say("answer.none_word"),
            say("answer.none"),
            say("answer.no_finding_caution"),
            (NONE,),
        )
    present = result.findings_set or (finding,)
    several = len(present) > 1
    return Answer(
        lead=say("answer.patterns" if several else "answer.pattern"),
        word=list_findings(present, language),
        sentence="",
        caution=say(
            "answer.no_finding_caution" if finding == Finding.NO_FINDING else "answer.caution"
        ),
        findings=tuple(present),
    )


def list_findings(findings: Sequence[str], language: Language) -> str:
    """Their names, joined as the language joins them."""
    *first, last = [finding_name(finding, language) for finding in findings] or [""]
    return f"{', '.join(first)} {text('pdf.and', language)} {last}" if first else last
