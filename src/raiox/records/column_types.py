"""Column types that read and write the values of raiox, so that a row needs no translation."""

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, Dialect, String, TypeDecorator

from raiox.vocabulary import AnalysisState

STATE_CHARS = 8


class JsonOf(TypeDecorator[Any]):
    """JSON that is validated into a given type when it is read."""

    impl = JSON
    cache_ok = True

    def __init__(self, python_type: Any, *, none_is_null: bool = False) -> None:
        super().__init__(none_as_null=none_is_null)
        self._adapter: TypeAdapter[Any] = TypeAdapter(python_type)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """Dump a value, without what is computed from it."""
        return self._adapter.dump_python(value, mode="json", round_trip=True)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """Validate what is stored."""
        return self._adapter.validate_python(value)


class StateColumn(TypeDecorator[AnalysisState]):
    """The state of an analysis, as its word."""

    impl = String(STATE_CHARS)
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> AnalysisState:  # noqa: ARG002
        """The state that the word names."""
        return AnalysisState(value)
