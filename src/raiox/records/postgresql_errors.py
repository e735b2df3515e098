"""What PostgreSQL's errors mean, by their SQLSTATE, whichever driver raises them.

Source: PostgreSQL 15, appendix A "Error Codes".
"""

from typing import Final

from raiox.records.errors import (
    RecordsDamagedError,
    RecordsError,
    RecordsUnavailableError,
    StorageFullError,
)

RETRY_AFTER_S: Final = 2
_FULL: Final = "53100"
_DAMAGED: Final = frozenset({"XX001", "XX002"})
_PASSING_CLASSES: Final = ("08", "25", "40", "53", "55", "57", "58")
"""Connection, transaction state (a standby), rollback, resources, locks, operator, system."""


def postgresql_error(error: BaseException | None) -> RecordsError | None:
    """What a driver's error means; None for one that is a programming error."""
    code = sqlstate(error)
    if code == _FULL:
        return StorageFullError()
    if code in _DAMAGED:
        return RecordsDamagedError()
    if code.startswith(_PASSING_CLASSES):
        return RecordsUnavailableError(retry_after_s=RETRY_AFTER_S)
    return None


def sqlstate(error: BaseException | None) -> str:
    """The five characters by which PostgreSQL names an error; empty where it did not answer."""
    code = getattr(error, "sqlstate", None)  # psycopg
    facts = error.args[0] if error is not None and error.args else None
    if code is None and isinstance(facts, dict):  # pg8000
        code = facts.get("C")
    return str(code or "")
