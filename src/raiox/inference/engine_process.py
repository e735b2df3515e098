"""The engine in a process of its own, so that a crash of its runtime ends no web server.

    python -m raiox.inference.engine_process DESCRIPTOR

Guarantees an answer for each radiograph: a result or the reason why there is none. A
process that died or hangs is replaced at once. Pixels cross as they are, over
a socket; both ends are raiox, so the rest is pickled. The process ends with its socket.
"""

import os
import socket
import subprocess
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any, Final, Literal

import numpy as np

from raiox.entities import EngineResult, LungOcclusion, ModelIdentity, Radiograph
from raiox.errors import InternalError, RaioxError
from raiox.inference.engine import Engine
from raiox.inference.errors import EngineCrashedError, ModelUnavailableError
from raiox.priority import step_back

OpenEngine = Callable[[], Engine]
"""A function that pickle can name, so that the process can call it."""

Method = Literal["predict", "occlude_lungs"]

START_S: Final = 120.0  # a cold disk reads the runtime slowly
RADIOGRAPH_S: Final = 60.0
"""How long one radiograph may take; a busy machine needs a hundredth of it."""
RESTART_PAUSE_S: Final = 1.0
"""Before another start, where the last one failed or did not last as long as this."""
_NO_PIXELS: Final = np.empty((0, 0), np.uint8)
LOST: Final = (EOFError, ConnectionError, TimeoutError)


@dataclass(frozen=True, slots=True)
class _Running:
    process: "subprocess.Popen[bytes]"
    channel: Connection
    life: Connection
    """Ends with the process, and carries nothing."""
    models: Mapping[str, ModelIdentity]

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.channel.close()
        self.life.close()


class EngineProcess:
    """An `Engine` whose networks run in a supervised process; may be used from several threads."""

    def __init__(self, open_engine: OpenEngine) -> None:
        """Start the process and wait until its networks are verified.

        Raises:
            RaioxError: what `open_engine` raises.
            EngineCrashedError: the process did not get that far.
        """
        self._open_engine = open_engine
        self._lock = threading.Lock()
        self._closed = False
        self._running: _Running | None = _start(open_engine)
        self._models = self._running.models
        # It holds no reference, so that an engine that nobody uses any more ends its process.
        threading.Thread(target=_keep_alive, args=(weakref.ref(self),), daemon=True).start()

    @property
    def models(self) -> Mapping[str, ModelIdentity]:
        """The networks that answer, by role."""
        return self._models

    @property
    def is_running(self) -> bool:
        """Whether there is a process whose networks are verified."""
        running = self._running
        return running is not None and running.process.poll() is None

    @property
    def pid(self) -> int | None:
        """Of the process, for those who watch over it."""
        return self._running.process.pid if self._running else None

    def predict(self, radiographs: Sequence[Radiograph]) -> list[EngineResult | RaioxError]:
        """Read several radiographs in one go; one that fails does not harm the others.

        Raises:
            EngineCrashedError: the process died of them, or did not answer in time.
            ModelUnavailableError: it died before, and cannot be started again.
        """
        results: list[EngineResult | RaioxError] = self._call("predict", radiographs)
        return results

    def occlude_lungs(self, radiographs: Sequence[Radiograph]) -> list[LungOcclusion | RaioxError]:
        """The scores of each radiograph as it is and with its lungs hidden; raises as `predict`."""
        found: list[LungOcclusion | RaioxError] = self._call("occlude_lungs", radiographs)
        return found

    def _call(self, method: Method, radiographs: Sequence[Radiograph]) -> Any:
        with self._lock:
            running = self._living()
            try:
                _send(running.channel, method, radiographs)
                answer = _receive(running.channel, RADIOGRAPH_S * max(1, len(radiographs)))
            except LOST as error:
                self._end()
                raise EngineCrashedError from error
        if isinstance(answer, RaioxError):
            raise answer
        return answer

    def __del__(self) -> None:
        """End the process of an engine that nobody uses any more."""
        with suppress(AttributeError):  # it never began
            self._end()

    def close(self) -> None:
        """End the process for good."""
        self._closed = True
        with self._lock:
            self._end()

    @property
    def is_closed(self) -> bool:
        """Whether the process was ended for good."""
        return self._closed

    def revive(self, dead: Connection | None) -> Connection:
        """Start the process again, unless that has been done.

        Args:
            dead: the `life` that ended.

        Returns: the life of the process that runs.
        Raises: ModelUnavailableError.
        """
        with self._lock:
            if self._running and self._running.life is dead:
                self._end()
            return self._living().life

    def _living(self) -> _Running:
        if self._running and self._running.process.poll() is not None:
            self._end()
        if self._closed:
            raise ModelUnavailableError(reason="stopping")
        if self._running is None:
            try:
                self._running = _start(self._open_engine)
            except (RaioxError, OSError) as error:
                reason = getattr(error, "code", EngineCrashedError.code)
                raise ModelUnavailableError(reason=reason) from error
            self._models = self._running.models
        return self._running

    def _end(self) -> None:
        running, self._running = self._running, None
        if running:
            running.end()


def _keep_alive(reference: "weakref.ref[EngineProcess]") -> None:
    """Start the process again whenever it has ended, until its engine is closed or forgotten."""
    life, started = None, time.monotonic()
    while (engine := reference()) is not None and not engine.is_closed:
        try:
            life = engine.revive(life)
        except ModelUnavailableError:  # every request says so meanwhile
            life = None
        del engine
        if life is not None:
            with suppress(OSError):  # it has ended already
                life.poll(None)
        if life is None or time.monotonic() - started < RESTART_PAUSE_S:
            time.sleep(RESTART_PAUSE_S)
        started = time.monotonic()


def _start(open_engine: OpenEngine) -> _Running:
    ours, theirs = socket.socketpair()
    our_life, their_life = socket.socketpair()
    with theirs, their_life:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno(), their_life.fileno()],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            start_new_session=True,  # Ctrl-C is for the service, which finishes what it began
        )
    channel, life = Connection(ours.detach()), Connection(our_life.detach())
    try:
        channel.send(open_engine)
        answer = _receive(channel, START_S)
    except LOST as error:
        answer = EngineCrashedError()
        answer.__cause__ = error
    if isinstance(answer, RaioxError):
        _Running(process, channel, life, {}).end()
        raise answer
    return _Running(process, channel, life, answer)


def _send(channel: Connection, method: Method, radiographs: Sequence[Radiograph]) -> None:
    described = [(r.pixels.shape, replace(r, pixels=_NO_PIXELS)) for r in radiographs]
    channel.send((method, described))
    for radiograph in radiographs:
        channel.send_bytes(np.ascontiguousarray(radiograph.pixels).data.cast("B"))


def _receive(channel: Connection, timeout_s: float) -> Any:
    if not channel.poll(timeout_s):
        raise TimeoutError
    return channel.recv()


def _receive_call(channel: Connection) -> tuple[Method, list[Radiograph]]:
    """Raises: EOFError once the service has gone."""
    radiographs = []
    method, described = channel.recv()
    for shape, without_pixels in described:
        pixels = np.empty(shape, np.uint8)
        channel.recv_bytes_into(pixels.data.cast("B"))
        radiographs.append(replace(without_pixels, pixels=pixels))
    return method, radiographs


def serve(channel: Connection, engine: Engine) -> None:
    """Answer until the other end goes away."""
    with suppress(EOFError, ConnectionError):
        channel.send(dict(engine.models))
        while True:
            channel.send(_answer(engine, *_receive_call(channel)))


def _answer(
    engine: Engine, method: Method, radiographs: Sequence[Radiograph]
) -> list[Any] | RaioxError:
    try:
        answers: list[Any] = getattr(engine, method)(radiographs)
    except RaioxError as error:
        return error
    except Exception:  # noqa: BLE001  (its trace goes to the log, its code to the caller)
        traceback.print_exc()
        return InternalError()
    return answers


def main(descriptor: str) -> None:
    """Open the networks as the service says, and serve."""
    step_back()
    channel = Connection(int(descriptor))
    try:
        engine: Engine = channel.recv()()
    except RaioxError as error:
        channel.send(error)
    else:
        serve(channel, engine)


if __name__ == "__main__":
    main(sys.argv[1])
