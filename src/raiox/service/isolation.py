"""Running an analysis whose worker was lost in a process of its own, to see who was to blame.

A worker that goes away says nothing of the image in its hands: it may have been stopped, killed
for memory that others took, or been on a machine that lost power. So an analysis that comes back
is never counted out by how often that happened. It runs alone in a child process with networks of
its own; only if the child ends while the service lives on, several times, does the analysis fail.
A service that is killed meanwhile leaves nothing behind that would count.
"""

import multiprocessing
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection

import structlog

from raiox.entities import EngineResult, Radiograph
from raiox.errors import InternalError, RaioxError
from raiox.inference.engine import Engine
from raiox.service.errors import AnalysisPoisonedError

OpenEngine = Callable[[], Engine]
ANSWER_S = 120.0
"""For the networks to load and to answer; a child that takes longer is ended, and counts."""


class IsolatedEngine:
    """An engine in a child process that may die; the child is started when it is needed."""

    def __init__(self, open_engine: OpenEngine, attempts: int) -> None:
        """Prepare to run radiographs in isolation.

        Args:
            open_engine: a function that pickle can name, so that a child can call it.
            attempts: how many children one radiograph may end.
        """
        self._open_engine = open_engine
        self._attempts = attempts
        self._context = multiprocessing.get_context("spawn")
        self._child: _Child | None = None

    def predict(self, radiograph: Radiograph) -> EngineResult | RaioxError:
        """What the engine says; blocks.

        Returns: the reading, the engine's refusal, or `AnalysisPoisonedError`.
        """
        for _ in range(self._attempts):
            try:
                return self._living_child().predict(radiograph)
            except (EOFError, OSError):
                structlog.get_logger().warning("isolated_engine_ended")
                self.close()
        return AnalysisPoisonedError(attempts=self._attempts)

    def close(self) -> None:
        """End the child; the next radiograph starts another."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _living_child(self) -> "_Child":
        if self._child is None:
            self._child = _Child(self._context, self._open_engine)
        return self._child


class _Child:
    def __init__(
        self, context: multiprocessing.context.SpawnContext, open_engine: OpenEngine
    ) -> None:
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, open_engine), daemon=True)
        with theirs:
            self._process.start()

    def predict(self, radiograph: Radiograph) -> EngineResult | RaioxError:
        """Raises: EOFError, OSError if the child ends or does not answer."""
        self._connection.send(radiograph)
        if not self._connection.poll(ANSWER_S):
            raise TimeoutError
        answer: EngineResult | RaioxError = self._connection.recv()
        return answer

    def end(self) -> None:
        self._connection.close()
        self._process.kill()
        self._process.join()


def _serve(connection: Connection, open_engine: OpenEngine) -> None:
    """The child: read a radiograph, answer, until the service closes the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which ends this
    with suppress(EOFError, OSError):
        engine = _opened(open_engine)
        while True:
            radiograph = connection.recv()
            connection.send(engine if isinstance(engine, RaioxError) else _read(engine, radiograph))


def _opened(open_engine: OpenEngine) -> Engine | RaioxError:
    try:
        return open_engine()
    except RaioxError as error:
        return error


def _read(engine: Engine, radiograph: Radiograph) -> EngineResult | RaioxError:
    try:
        return engine.predict([radiograph])[0]
    except RaioxError as error:
        return error
    except Exception:  # noqa: BLE001  (the parent's log says so; the analysis fails with a reason)
        return InternalError()
