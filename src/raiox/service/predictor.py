"""Which image is to blame when the engine breaks, and a result for all the others.

A batch that breaks is run again image by image. An image that ends the engine's process alone,
several times, fails; one that the engine merely refuses fails at once, with the engine's reason.
"""

from collections.abc import Sequence

import structlog

from raiox.entities import EngineResult, Radiograph
from raiox.errors import InternalError, RaioxError
from raiox.inference.errors import EngineCrashedError, ModelUnavailableError
from raiox.service.engine_holder import EngineHolder
from raiox.service.errors import AnalysisPoisonedError


class Predictor:
    """Runs the engine; blocks."""

    def __init__(self, engine_holder: EngineHolder, max_attempts: int) -> None:
        self._engine_holder = engine_holder
        self._max_attempts = max_attempts

    def predict(self, radiographs: Sequence[Radiograph]) -> list[EngineResult | RaioxError]:
        """A result for each radiograph, or why there is none.

        Raises:
            ModelUnavailableError: there is no engine, and no radiograph is to blame.
        """
        if len(radiographs) == 1:
            return [self._predict_alone(radiographs[0])]
        try:
            return self._attempt(radiographs)
        except ModelUnavailableError:
            raise
        except RaioxError:
            return [self._predict_alone(radiograph) for radiograph in radiographs]

    def _predict_alone(self, radiograph: Radiograph) -> EngineResult | RaioxError:
        for _ in range(self._max_attempts):
            try:
                return self._attempt([radiograph])[0]
            except EngineCrashedError:
                continue
            except ModelUnavailableError:
                raise
            except RaioxError as error:
                return error
        return AnalysisPoisonedError(attempts=self._max_attempts)

    def _attempt(self, radiographs: Sequence[Radiograph]) -> list[EngineResult | RaioxError]:
        try:
            return list(self._engine_holder.require().predict(radiographs))
        except RaioxError as error:
            structlog.get_logger().warning("engine_refused", code=error.code)
            raise
        except Exception as error:
            structlog.get_logger().exception("engine_broke", n_radiographs=len(radiographs))
            raise InternalError from error
