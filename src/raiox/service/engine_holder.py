"""Whether a verified model is loaded, and which.

The networks load while the page already answers. Until they are verified, or
if they cannot be, every question is refused with the reason and never answered
by something else.
"""

from collections.abc import Callable

import structlog

from raiox.errors import InternalError, RaioxError
from raiox.inference.engine import Engine
from raiox.inference.errors import ModelUnavailableError


class EngineHolder:
    """Gives the engine to those who ask, once there is one."""

    def __init__(self, open_engine: Callable[[], Engine]) -> None:
        self._open_engine = open_engine
        self._engine: Engine | None = None
        self._refusal: RaioxError = ModelUnavailableError(reason="loading")

    def load(self) -> None:
        """Open and verify the networks; blocks for seconds, never raises."""
        try:
            self._engine = self._open_engine()
        except RaioxError as error:
            self._refusal = error
        except Exception:  # noqa: BLE001  (logged and told as a refusal)
            # The service must come up and say that it cannot answer.
            structlog.get_logger().exception("engine_failed_to_open")
            self._refusal = InternalError()

    @property
    def engine(self) -> Engine:
        """The engine. Raises: ModelUnavailableError, with the code of its reason."""
        if self._engine is None:
            reason = self._refusal.facts.get("reason", self._refusal.code)
            raise ModelUnavailableError(reason=reason)
        return self._engine

    @property
    def refusal(self) -> RaioxError | None:
        """Why there is no engine, None once there is."""
        return None if self._engine is not None else self._refusal
