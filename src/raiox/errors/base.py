"""What every deliberate error is: a stable code, a kind, and facts without sentences."""

from enum import StrEnum
from typing import ClassVar

Fact = str | int | float


class ErrorKind(StrEnum):
    """Whose turn it is: the caller's (first three) or the house's."""

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
        """Cross a process border whole: exceptions with keywords do not by default."""
        return (_rebuild, (type(self), self.facts))

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code}({told})"


def _rebuild(error: type[RaioxError], facts: dict[str, Fact]) -> RaioxError:
    return error(**facts)
