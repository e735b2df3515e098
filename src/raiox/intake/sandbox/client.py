"""Decoding in processes that may die: the service's side of the zygote.

Guarantees an answer within the clock of a decode and a little patience: pixels,
a refusal, `DecodeTooSlowError` or `DecoderCrashedError`; a dead zygote is
replaced unseen. May be used from several threads; loads no codec itself.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from types import TracebackType
from typing import Final, Self

from raiox.errors import InternalError
from raiox.intake.decode import PICTURE_CODECS
from raiox.intake.errors import (
    DecoderCrashedError,
    DecodersUnavailableError,
    DecodeTooSlowError,
    SandboxTooWeakError,
)
from raiox.intake.sandbox.breaches import Breach
from raiox.intake.sandbox.confinement import Layer
from raiox.intake.sandbox.decoder_api import Decoded, DecodeLimits
from raiox.intake.sandbox.protocol import (
    CRASHED,
    FINISHED,
    READY,
    TOO_SLOW,
    receive_reply,
    send_request,
)

DECODER: Final = "raiox.intake.decode:decode"
GRACE_S: Final = 2.0  # beyond the clock that the zygote keeps; after it the zygote is to blame
START_S: Final = 60.0  # a cold disk reads the codecs slowly
ALLOCATOR: Final = (
    "glibc.malloc.mmap_threshold=1073741824:glibc.malloc.top_pad=67108864:glibc.malloc.hugetlb=1"
)
"""What is freed is used again, instead of being given back and faulted in anew; in huge pages."""
INHERITED: Final = ("PATH", "LD_LIBRARY_PATH", "LANG", "SYSTEMROOT", "TMPDIR")
ATTEMPTS: Final = 4
RETRY_AFTER_S: Final = 5
REPORT_BYTES: Final = len(READY) + 2


class _ZygoteLostError(Exception):
    """The zygote ended, or does not answer; the file is not to blame yet."""


class Sandbox:
    """A place to decode hostile bytes; close it, or use it as a context."""

    def __init__(
        self,
        limits: DecodeLimits,
        n_decoders: int,
        decoder: str = DECODER,
        *,
        codecs: str = PICTURE_CODECS,
        allow_breaches: bool = False,
        start: bool = True,
    ) -> None:
        """Start the zygote without waiting for it.

        Args:
            limits: of each decode.
            n_decoders: decodes at the same time; more wait for their turn.
            decoder: `module:function` of a `decoder_api.Decoder`.
            codecs: module that the zygote imports before it is confined.
            allow_breaches: decode even where the kernel lets a decoder process out.
            start: now; else with the first decode.
        """
        self._n_spares = n_decoders
        self._allow_breaches = allow_breaches
        self._limits = limits
        self._decoder = decoder
        self._codecs = codecs
        self._turns = threading.BoundedSemaphore(n_decoders)
        self._lock = threading.Lock()
        self._closed = self._has_been_ready = False
        self._zygote = self._start_zygote() if start else None

    def decode(self, source_format: str, content: bytes) -> Decoded:
        """Decode one file in a process of its own.

        Raises:
            IntakeError: of the class that says why.
            SandboxTooWeakError: a decoder process could get out, and that is not allowed.
            DecodersUnavailableError: no decoder process lives long enough at present.
            InternalError: none could ever be started.
        """
        with self._turns:
            n_lost = 0
            for _ in range(ATTEMPTS):
                try:
                    zygote = self._living_zygote()
                except _ZygoteLostError:
                    continue
                try:
                    return zygote.decode(source_format, content)
                except _ZygoteLostError:
                    n_lost += 1
                    zygote.end()
                except OSError as error:  # no descriptors left
                    raise InternalError from error
            if n_lost == ATTEMPTS:
                raise DecoderCrashedError
            if self._has_been_ready:
                raise DecodersUnavailableError(retry_after_s=RETRY_AFTER_S)
            raise InternalError

    def weaknesses(self) -> tuple[Breach, Layer]:
        """What a decoder process could still do, and the layers it lacks; waits for the zygote.

        Raises:
            InternalError: no decoder process can be started.
        """
        for _ in range(ATTEMPTS):
            with suppress(_ZygoteLostError):
                zygote = self._ready_zygote()
                return zygote.breaches, zygote.missing
        raise InternalError

    @property
    def zygote_pid(self) -> int | None:
        """Process id of the zygote, for those who watch over it."""
        return self._zygote.pid if self._zygote else None

    def close(self) -> None:
        """End every process; what still decodes is lost."""
        with self._lock:
            self._closed = True
            zygote, self._zygote = self._zygote, None
        if zygote:
            zygote.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _start_zygote(self) -> "_ZygoteProcess":
        return _ZygoteProcess(self._limits, self._decoder, self._codecs, self._n_spares)

    def _living_zygote(self) -> "_ZygoteProcess":
        zygote = self._ready_zygote()
        if zygote.breaches and not self._allow_breaches:
            raise too_weak(zygote.breaches, zygote.missing)
        return zygote

    def _ready_zygote(self) -> "_ZygoteProcess":
        with self._lock:
            if self._closed:
                raise RuntimeError("the sandbox is closed")
            if self._zygote is None or not self._zygote.is_alive():
                if self._zygote:
                    self._zygote.end()
                self._zygote = self._start_zygote()
            self._zygote.wait_until_ready()
            self._has_been_ready = True
            return self._zygote


class _ZygoteProcess:
    """One zygote, from its start to its end."""

    def __init__(self, limits: DecodeLimits, decoder: str, codecs: str, n_spares: int) -> None:
        self._limits = limits
        self.breaches, self.missing = ~Breach.NONE, ~Layer.NONE
        self._control, theirs = socket.socketpair()
        self._ready = False
        self._ended = False
        with theirs:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", "raiox.intake.sandbox.zygote"),
                    *(str(theirs.fileno()), decoder, codecs),
                    *(json.dumps(asdict(limits)), str(n_spares)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for the service, which then closes this
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        return not self._ended and self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Wait for the codecs to be loaded.

        Raises:
            _ZygoteLostError: it ended before; a lasting reason is on the error stream.
        """
        if self._ready:
            return
        self._control.settimeout(START_S)
        try:
            report = self._control.recv(REPORT_BYTES, socket.MSG_WAITALL)
        except OSError:
            report = b""
        self._ready = len(report) == REPORT_BYTES and report.startswith(READY)
        if not self._ready:
            self.end()
            raise _ZygoteLostError
        self.breaches, self.missing = Breach(report[1]), Layer(report[2])

    def decode(self, source_format: str, content: bytes) -> Decoded:
        ours, theirs = socket.socketpair()
        verdict_fd, their_verdict_fd = os.pipe()
        try:
            with ours:
                with theirs:
                    self._hand_over(theirs.fileno(), their_verdict_fd)
                ours.settimeout(self._limits.decoder_wall_s + GRACE_S)
                with suppress(BrokenPipeError, ConnectionResetError):  # it may have died by now
                    send_request(ours, source_format, content)
                return receive_reply(ours, self._limits)
        except (EOFError, ConnectionError):
            raise self._read_verdict(verdict_fd) from None
        except TimeoutError:
            self.end()
            raise DecodeTooSlowError(limit_s=self._limits.decoder_wall_s) from None
        finally:
            os.close(verdict_fd)

    def end(self) -> None:
        """Close the control socket, which ends the zygote and its children; insist if need be."""
        self._ended = True
        self._control.close()
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _hand_over(self, channel_fd: int, verdict_fd: int) -> None:
        try:
            socket.send_fds(self._control, [b"d"], [channel_fd, verdict_fd])
        except OSError as error:
            raise _ZygoteLostError from error
        finally:
            os.close(verdict_fd)

    def _read_verdict(self, verdict_fd: int) -> Exception:
        readable, _, _ = select.select([verdict_fd], [], [], GRACE_S)
        verdict = os.read(verdict_fd, 1) if readable else b""
        if verdict == TOO_SLOW:
            return DecodeTooSlowError(limit_s=self._limits.decoder_wall_s)
        return DecoderCrashedError() if verdict in {CRASHED, FINISHED} else _ZygoteLostError()


def too_weak(breaches: Breach, missing: Layer) -> SandboxTooWeakError:
    """The refusal that names both."""
    return SandboxTooWeakError(
        breaches=", ".join(names(breaches)) or "0", layers=", ".join(names(missing)) or "0"
    )


def names(flags: Breach | Layer) -> tuple[str, ...]:
    """Of what is set, e.g. `("files", "network")`."""
    return tuple(str(flag.name).lower() for flag in type(flags) if flag in flags)


def _environment() -> dict[str, str]:
    """No secrets of the service; the same packages; one thread, because the zygote forks."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    packages = os.pathsep.join(path for path in sys.path if path)
    single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return {**kept, **single, "PYTHONPATH": packages, "GLIBC_TUNABLES": ALLOCATOR}
