"""What stands on the page: the contents, in one language, and from them the PDF."""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor
from typing import Any, Final

from raiox.entities import FloatArray, GrayArray
from raiox.findings import finding_name
from raiox.messages import text
from raiox.pdf.answer import answer_of
from raiox.pdf.errors import ResultNotAvailableError
from raiox.pdf.evaluation import HUNDRED, Evaluation, Share, in_hundred, meanings_of
from raiox.pdf.parts import format_score, legend, marker_of, ranked, section, short
from raiox.pdf.pictures import outline, overlay, shrink, to_svg
from raiox.pdf.typesetting import require_typst, typeset
from raiox.result import AnalysisDocument, CodedMessage
from raiox.vocabulary import BLANK_IMAGE, LANGUAGE_TRAITS, NOTICE, UNCERTAIN, Language, Outcome

SMALL_SIDE_PX: Final = 420
"""Of a heatmap in the table."""


@dataclass(frozen=True, slots=True, eq=False)
class Printed:
    """One finished analysis, and all that its page shows beside the document."""

    document: AnalysisDocument
    analysed_at: datetime
    evaluation: Evaluation | None = None
    """Of the classifier that answers now, which need not be the one that answered then."""
    pixels: GrayArray | None = None
    """(H, W), while the image is kept."""
    activation_maps: FloatArray | None = None
    """(K, h, w) over the image, in the order of the scores."""
    lungs: FloatArray | None = None
    """(h, w) probability of lung over the image."""


def write_pdf(printed: Printed, language: Language) -> bytes:
    """The page of an analysis.

    Raises:
        PdfUnavailableError: what sets the page is not installed.
        ResultNotAvailableError: the analysis has not finished.
    """
    require_typst()
    return typeset(_Page(printed, language).contents(), printed.analysed_at)


@dataclass(frozen=True, slots=True)
class _Page:
    printed: Printed
    language: Language

    def say(self, key: str, **facts: str | float) -> str:
        return text(key, self.language, **facts)

    def contents(self) -> dict[str, Any]:
        """What `result.typ` reads."""
        document, traits = self.printed.document, LANGUAGE_TRAITS[self.language]
        reason = document.rejection or document.error
        if reason is None and document.outcome is not Outcome.ANALYSED:
            raise ResultNotAvailableError
        language, _, region = traits.locale.partition("-")
        return {
            "language": language,
            "region": region,
            "title": self.say("pdf.title"),
            "notice": NOTICE[self.language],
            "blanks": [
                self.say(f"result.{key}") for key in ("study.name", "study.date", "paper.initials")
            ],
            "notes": [self.say(f"result.note.{code}") for code in self._notes()],
            "facts": self._facts(),
            "legend-title": self.say("result.viewer.legend"),
            **(self._refusal(reason) if reason else self._result()),
        }

    def _notes(self) -> list[str]:
        document = self.printed.document
        return [code for code in document.warnings if code != document.uncertainty]

    def _refusal(self, reason: CodedMessage) -> dict[str, Any]:
        sentences = reason.messages[self.language]
        failed = self.printed.document.error is not None
        key = "failure" if failed else "rejection"
        seen = self.printed.document.filter
        sections = [
            section(self.say(f"result.{key}.why"), sentences.detail),
            section(self.say("result.rejection.action"), sentences.action),
        ]
        if seen and not failed and reason.code != BLANK_IMAGE:
            kind = self.say(f"result.kind.{seen.kind}")
            score = format_score(seen.frontal, self.language)
            saw = self.say("result.rejection.saw", kind=kind, score=score)
            sections[0]["paragraphs"].append(saw)
        return {
            "lead": self.say(f"result.{key}.eyebrow"),
            "word": sentences.title,
            "markers": [],
            "sentence": "",
            "pictures": self._pictures(()),
            "table": None,
            "sections": sections,
        }

    def _result(self) -> dict[str, Any]:
        answer = answer_of(self.printed.document, self.language)
        return {
            "lead": answer.lead,
            "word": answer.word,
            "markers": [marker_of(finding) for finding in answer.findings],
            "sentence": f"{answer.sentence} {answer.caution}".strip(),
            "pictures": self._pictures(self.printed.document.findings_set or ()),
            "table": self._table(),
            "sections": [self._meaning_note(), self._confidence()],
        }

    def _pictures(self, findings: tuple[str, ...]) -> list[dict[str, Any]]:
        """The radiograph, and beside it what supports the first finding."""
        if self.printed.pixels is None:
            return []
        image = shrink(self.printed.pixels)
        alt = self.say("result.viewer.alt")
        pictures: list[dict[str, Any]] = [
            {"svg": to_svg(image), "alt": alt, "caption": alt, "legend": []}
        ]
        maps = self._maps()
        shown = next((finding for finding in findings if finding in maps), None)
        if shown is not None:
            picture = overlay(image, maps[shown])
            if self.printed.lungs is not None:
                picture = outline(picture, self.printed.lungs)
            alt = self.say("result.viewer.map_alt", finding=finding_name(shown, self.language))
            caption = f"{alt}. {self.say('result.viewer.legend_note')}"
            if self.printed.lungs is not None:
                caption += f" {self.say('result.viewer.lungs_line')}"
            pictures.append(
                {"svg": to_svg(picture), "alt": alt, "caption": caption, "legend": legend()}
            )
        return pictures

    def _maps(self) -> dict[str, FloatArray]:
        maps, scores = self.printed.activation_maps, self.printed.document.scores or {}
        return {} if maps is None else dict(zip(scores, maps, strict=False))

    def _table(self) -> dict[str, Any]:
        document, points = self.printed.document, self._points()
        meanings = self._meanings() or {}
        counts = self._counts(meanings)
        headers = [
            "finding",
            "score",
            *(["point"] if points else []),
            *(["of_100"] if counts else []),
        ]
        inside = document.evidence_in_lungs or {}
        headers += ["in_lungs"] if any(share is not None for share in inside.values()) else []
        small = None if self.printed.pixels is None else shrink(self.printed.pixels, SMALL_SIDE_PX)
        maps = self._maps() if small else {}
        headers += ["heatmap"] if maps else []
        rows = []
        for finding, score in ranked(document.scores or {}):
            name = finding_name(finding, self.language)
            share = inside.get(finding)
            cells = {
                "score": format_score(score, self.language),
                "point": format_score(points[finding], self.language) if finding in points else "–",
                "of_100": counts.get(finding, "–"),
                "in_lungs": "–" if share is None else f"{round(share * HUNDRED)}%",
            }
            alt = self.say("result.viewer.map_alt", finding=name)
            rows.append(
                {
                    "marker": marker_of(finding),
                    "name": name,
                    "cells": [cells[header] for header in headers if header in cells],
                    "picture": {"svg": to_svg(overlay(small, maps[finding])), "alt": alt}
                    if small and finding in maps
                    else None,
                }
            )
        return {
            "title": self.say("result.scores.title"),
            "note": self.say("result.scores.note"),
            "headers": [self.say(f"pdf.{header}") for header in headers],
            "rows": rows,
        }

    def _counts(self, meanings: dict[str, Share]) -> dict[str, str]:
        """Of 100 radiographs with such scores, those with each label, and the range of that."""
        evaluation = self.printed.evaluation
        shares = [meaning.share for meaning in meanings.values()]
        several = evaluation is not None and evaluation.multi_label
        whole = [floor(s * HUNDRED + 0.5) for s in shares] if several else in_hundred(shares)
        counts = {}
        for (finding, meaning), n in zip(meanings.items(), whole, strict=True):
            low, high = floor(meaning.low * HUNDRED), ceil(meaning.high * HUNDRED)
            span = self.say("result.meaning.range", low=low, high=high)
            counts[finding] = f"{self._count(n)} ({span})"
        return counts

    def _count(self, n: int) -> str:
        if n <= 0:
            return self.say("result.meaning.less_than", n=1)
        return self.say("result.meaning.more_than", n=HUNDRED - 1) if n >= HUNDRED else str(n)

    def _meanings(self) -> dict[str, Share] | None:
        evaluation, document = self._own_evaluation(), self.printed.document
        if evaluation is None or self._is_unlike():
            return None
        return meanings_of(
            document.scores or {}, evaluation.bins, multi_label=evaluation.multi_label
        )

    def _meaning_note(self) -> dict[str, Any]:
        evaluation = self._own_evaluation()
        if self._is_unlike():
            key = "result.meaning.unlike"
        elif evaluation is None or not evaluation.bins:
            key = "result.meaning.not_measured"
        else:
            key = "pdf.meaning_note" if self._meanings() else "result.meaning.unknown"
        return section(self.say("pdf.meaning"), self.say(key), *self._difference())

    def _difference(self) -> list[str]:
        """Said where the label of most such images is not the answer."""
        evaluation, meanings = self._own_evaluation(), self._meanings()
        answer = self.printed.document.finding or UNCERTAIN
        if not evaluation or evaluation.multi_label or not meanings or answer not in meanings:
            return []
        most = max(meanings, key=lambda finding: meanings[finding].share)
        if most == answer:
            return []
        names = {"finding": most, "answer": answer}
        named = {key: finding_name(finding, self.language) for key, finding in names.items()}
        return [self.say("result.meaning.differs", **named)]

    def _confidence(self) -> dict[str, Any]:
        seen = self.printed.document.filter
        lines = [self.say("result.confidence.not_seen")]
        if seen:
            score = format_score(seen.frontal, self.language)
            lines.insert(0, self.say("result.confidence.filter", score=score))
        return section(self.say("result.confidence.title"), *lines)

    def _own_evaluation(self) -> Evaluation | None:
        """Of the classifier that answered, if that is the one that answers now."""
        evaluation, model = self.printed.evaluation, self.printed.document.model
        return evaluation if evaluation and model and model.sha256 == evaluation.sha256 else None

    def _is_unlike(self) -> bool:
        """Whether what was measured on ordinary images says nothing of this one."""
        document = self.printed.document
        poor = document.filter is not None and document.filter.low_quality
        return poor or document.out_of_distribution is True

    def _points(self) -> dict[str, float]:
        evaluation = self._own_evaluation()
        return dict(evaluation.operating_points) if evaluation else {}

    def _facts(self) -> list[tuple[str, str]]:
        document = self.printed.document
        facts = []
        if document.model:
            if document.outcome is Outcome.ANALYSED:
                facts.append(("model", f"{document.model.id} {short(document.model.sha256)}"))
            filtered = document.model.filter
            facts.append(("filter", f"{filtered.id} {short(filtered.sha256)}"))
        time = self.printed.analysed_at.astimezone(UTC).strftime(self.say("pdf.time"))
        facts += [("image", short(document.sha256)), ("time", time), ("id", document.id)]
        return [(self.say(f"result.provenance.{key}"), value) for key, value in facts]
