"""What became of a batch, in a few lines for a person and as the exit status."""

import time
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import timedelta

from raiox.cli.batch.analysed import Analysed
from raiox.cli.batch.records import Ending
from raiox.cli.errors import OK, SOME_NOT
from raiox.cli.language import say, terminal_language
from raiox.errors import RaioxError
from raiox.findings import finding_name
from raiox.intake.errors import IntakeError
from raiox.vocabulary import LANGUAGE_TRAITS, NOTICE, UNCERTAIN, Outcome


class Summary:
    """Counts what is done."""

    def __init__(self, resumed: Collection[Ending] = ()) -> None:
        """Begin.

        Args:
            resumed: how the files ended that an earlier run has done; the status counts them, too.
        """
        self._n_resumed = len(resumed)
        self._resumed_without = [e.code for e in resumed if e.outcome != Outcome.ANALYSED]
        self.n_own_outputs = 0
        self._started = time.monotonic()
        self._n: Counter[str] = Counter()
        self._findings: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()

    def count(self, row: Ending | None) -> None:
        """Add one file; None where it has no row."""
        if row is None:
            self.n_own_outputs += 1
            return
        self._n[row.outcome or "failed"] += 1
        (self._findings if row.finding else self._reasons)[row.finding or row.code] += 1

    @property
    def n_files(self) -> int:
        """Files with a row of their own."""
        return self._n.total()

    def status(self, *, skip_unreadable: bool) -> int:
        """The exit status: 1 if a file has no result.

        Args:
            skip_unreadable: let files that are no readable image not count.
        """
        without = [*self._reasons.elements(), *self._resumed_without]
        if skip_unreadable:
            unreadable = {error.code for error in IntakeError.__subclasses__()}
            without = [code for code in without if code not in unreadable]
        return SOME_NOT if without else OK

    def lines(self) -> Iterator[str]:
        """The summary in the terminal's language, with the notice."""
        language = terminal_language()
        elapsed_s = time.monotonic() - self._started
        rate = f"{self.n_files / max(elapsed_s, 1e-3):.1f}"
        yield say(
            "summary",
            n=self.n_files,
            n_analysed=self._n["analysed"],
            n_rejected=self._n["rejected"],
            n_failed=self._n["failed"],
            time=str(timedelta(seconds=round(elapsed_s))),
            rate=rate.replace(".", LANGUAGE_TRAITS[language].decimal_separator),
        )
        if self._findings:
            counts = (f"{_name(f)} {n}" for f, n in self._findings.most_common())
            yield say("summary_findings", findings=", ".join(counts))
        if self._reasons:
            counts = (f"{code} {n}" for code, n in self._reasons.most_common())
            yield say("summary_reasons", reasons=", ".join(counts))
        if self.n_own_outputs:
            yield say("summary_own_outputs", n=self.n_own_outputs)
        if self._n_resumed:
            yield say("summary_resumed", n=self._n_resumed)
        yield NOTICE[language]


def ending_of(item: Analysed) -> Ending | None:
    """How a file ended; None for one that raiox itself wrote, which gets no row."""
    result = item.result
    if result is None:
        return None
    if isinstance(result, RaioxError):
        return Ending("", result.code)
    if result.rejection is not None:
        return Ending(Outcome.REJECTED, result.rejection.code)
    return Ending(Outcome.ANALYSED, "", result.prediction.finding if result.prediction else "")


def _name(finding: str) -> str:
    if finding == UNCERTAIN:
        return say("summary_uncertain")
    return finding_name(finding, terminal_language())
