"""Whether a verified model is loaded, and which.

The networks load while the page already answers. Until they are verified, or
if they cannot be, every upload is refused with the reason and never answered
by something else.
"""

from collections.abc import Callable

import structlog

from raiox.errors import InternalError, RaioxError
from raiox.inference.engine import Engine
from raiox.inference.errors import EngineCrashedError, ModelUnavailableError


class EngineHolder:
    """The engine, once it is verified."""

    def __init__(self, open_engine: Callable[[], Engine]) -> None:
        self._open_engine = open_engine
        self._engine: Engine | None = None
        self._unavailable_reason: RaioxError = ModelUnavailableError(reason="loading")

    def load(self) -> None:
        """Open and verify the networks; blocks for seconds, never raises."""
        try:
            self._engine = self._open_engine()
        except RaioxError as error:
            self._unavailable_reason = error
        except Exception:  # noqa: BLE001  (logged, and the reason of every refusal)
            # The service must come up and say that it cannot answer.
            structlog.get_logger().exception("engine_failed_to_open")
            self._unavailable_reason = InternalError()

    def reload(self) -> bool:
        """Open the networks anew and answer with them from now on; blocks, never raises.

        Returns: False if they cannot be trusted; the old ones then go on answering.
        """
        before = self._engine
        self.load()
        switched = self._engine is not before
        if before is not None and not switched:
            structlog.get_logger().error("engine_kept", reason=str(self._unavailable_reason))
        return switched

    def require(self) -> Engine:
        """The engine. Raises: ModelUnavailableError, with the code of its reason."""
        if self._engine is None:
            reason = self._unavailable_reason.facts.get("reason", self._unavailable_reason.code)
            raise ModelUnavailableError(reason=reason)
        return self._engine

    def require_running(self) -> None:
        """Raises: ModelUnavailableError also while the engine has died and starts anew."""
        self.require()
        if not self.is_running:
            raise ModelUnavailableError(reason=EngineCrashedError.code)

    @property
    def is_running(self) -> bool:
        """Whether there is an engine, and its process lives."""
        return self._engine is not None and self._engine.is_running

    @property
    def unavailable_reason(self) -> RaioxError | None:
        """Why there is no engine, None once there is."""
        return None if self._engine is not None else self._unavailable_reason
