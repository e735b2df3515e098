"""The base of every deliberate error: a stable code, a kind, and facts without sentences.

Each room owns its family in its own `errors` module; docs/reference/errors.md shows the
whole tree. A class is a `code` (the key of its sentences in `locales/`), a `kind` (mapped
once to HTTP statuses and once to exit codes) and the facts given to it. Facts are numbers
and words of raiox: never a file name, the value of a DICOM element or a stack trace.
"""

from enum import StrEnum
from typing import ClassVar

Fact = str | int | float


class ErrorKind(StrEnum):
    """Who has to act: the caller (the first three) or the operator of the service."""

    INVALID_INPUT = "invalid_input"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class RaioxError(Exception):
    """A deliberate refusal: a code, a kind and the facts, without sentences."""

    code: ClassVar[str] = "internal_error"
    kind: ClassVar[ErrorKind] = ErrorKind.INTERNAL

    def __init__(self, **facts: Fact) -> None:
        self.facts: dict[str, Fact] = facts
        super().__init__(self.code, facts)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the facts; by default exceptions lose their keyword arguments."""
        return (_rebuild, (type(self), self.facts))

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code}({facts})"


class InternalError(RaioxError):
    """A programming mistake; its stack trace is in the log under `request_id`."""

    code = "internal_error"


def _rebuild(error: type[RaioxError], facts: dict[str, Fact]) -> RaioxError:
    return error(**facts)
