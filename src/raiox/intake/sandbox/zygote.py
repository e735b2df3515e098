"""The process that every decoder process is forked from: loaded once, confined for good.

    python -m raiox.intake.sandbox.zygote CONTROL_FD DECODER CODECS LIMITS N_SPARES

It has one thread and reads no hostile byte itself. It keeps children forked ahead of need:
each is confined already and waits for a channel. For each pair of descriptors that arrives
on the control socket one of them is given the first and decodes the one file that comes on
it; the zygote reports on the second how that child ended, and forks another. When the
service goes away, the control socket ends, and so do the zygote and its children.

Most of what a child costs is page faults: each page of the zygote that it writes to is copied,
each new one is cleared. So where nothing comes for a moment it decodes a picture of raiox's own,
which takes the copies, and its pixels come to lie in huge pages. Where files follow one another,
it does not: no processor is idle then.
"""

import gc
import json
import os
import select
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Final, NoReturn

import numpy as np
import numpy.typing as npt

from raiox.intake.errors import DecoderCrashedError, IntakeError
from raiox.intake.sandbox.breaches import Breach, find_breaches
from raiox.intake.sandbox.confinement import (
    Layer,
    confine_for_good,
    confine_one_decode,
    end_with_parent,
)
from raiox.intake.sandbox.decoder_api import DecodeLimits, Decoder, WarmUp
from raiox.intake.sandbox.protocol import (
    CRASHED,
    FINISHED,
    READY,
    TOO_SLOW,
    receive_request,
    send_pixels,
    send_refusal,
)
from raiox.priority import step_back

ORDERS_FD: Final = 3
OPEN_FILES: Final = 1_024
HUGE_PAGE_BYTES: Final = 2**21
LARGE_BYTES: Final = 2**23  # more than any hole in the heap
PATIENCE_MS: Final = 100
"""A spare that is wanted within this time saves its warm-up, whose time another decode needs."""
HEADER_BYTES: Final = 32  # of a block of the allocator, and more


@dataclass(frozen=True, slots=True)
class _Child:
    deadline: float
    """On the monotonic clock, in seconds."""
    verdict_fd: int


@dataclass(frozen=True, slots=True)
class _Spare:
    """A confined child that waits for its channel."""

    pid: int
    orders: socket.socket


class Zygote:
    """Forks, watches the clock, reaps."""

    def __init__(
        self,
        control: socket.socket,
        decoder: Decoder,
        warm_up: WarmUp,
        limits: DecodeLimits,
        n_spares: int,
        missing: Layer,
    ) -> None:
        self._warm_up = warm_up
        self._control = control
        self._missing = missing
        self._decoder = decoder
        self._limits = limits
        self._n_spares = n_spares
        self._spares: list[_Spare] = []
        self._children: dict[int, _Child] = {}
        self._timed_out: set[int] = set()
        self._sigchld_fd, alarm = os.pipe()
        os.set_blocking(self._sigchld_fd, False)
        os.set_blocking(alarm, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Work until the service goes away."""
        selector = selectors.DefaultSelector()
        selector.register(self._control, selectors.EVENT_READ)
        selector.register(self._sigchld_fd, selectors.EVENT_READ)
        self._control.sendall(READY + self._weaknesses())
        while True:
            self._refill()
            awake = {key.fileobj for key, _ in selector.select(self._patience_s())}
            if self._sigchld_fd in awake:
                os.read(self._sigchld_fd, OPEN_FILES)
            self._reap()
            self._kill_overdue()
            if self._control in awake and not self._accept():
                break
        for pid in (*self._children, *(spare.pid for spare in self._spares)):
            os.kill(pid, signal.SIGKILL)

    def _refill(self) -> None:
        """Fork in the pauses between decodes, for their sake; while one runs, only the last spare."""
        n_wanted = 1 if self._children else self._n_spares
        while len(self._spares) < n_wanted:
            self._spares.append(self._fork_spare())

    def _patience_s(self) -> float | None:
        waiting = [c.deadline for pid, c in self._children.items() if pid not in self._timed_out]
        return max(0.0, min(waiting) - time.monotonic()) if waiting else None

    def _accept(self) -> bool:
        _, descriptors, _, _ = socket.recv_fds(self._control, 1, 2)
        if len(descriptors) != 2:  # noqa: PLR2004 - the channel and the verdict; fewer is the end
            return False
        channel_fd, verdict_fd = descriptors
        deadline = time.monotonic() + self._limits.decoder_wall_s
        self._children[self._employ(channel_fd)] = _Child(deadline, verdict_fd)
        os.close(channel_fd)
        return True

    def _employ(self, channel_fd: int) -> int:
        """Give the channel to a child; one that died while it waited is replaced."""
        while True:
            spare = self._spares.pop(0) if self._spares else self._fork_spare()
            with spare.orders, suppress(OSError):
                socket.send_fds(spare.orders, [b"c"], [channel_fd])
                return spare.pid

    def _fork_spare(self) -> _Spare:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            _become_decoder(theirs.detach(), self._decoder, self._warm_up, self._limits)
        theirs.close()
        return _Spare(pid, ours)

    def _weaknesses(self) -> bytes:
        """What a confined child can still do, and the layers it lacks; all, if it cannot say."""
        report_fd, child_fd = os.pipe()
        zygote_pid = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                missing = self._missing | confine_one_decode(self._limits)
                os.write(child_fd, bytes([find_breaches(zygote_pid), missing]))
            finally:
                os._exit(0)
        os.close(child_fd)
        report = os.read(report_fd, 2)
        os.close(report_fd)
        os.waitpid(pid, 0)
        return report or bytes([~Breach.NONE, ~Layer.NONE])

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        for pid, child in self._children.items():
            if child.deadline <= now and pid not in self._timed_out:
                self._timed_out.add(pid)
                os.kill(pid, signal.SIGKILL)  # not buried yet, so the number is still its own

    def _reap(self) -> None:
        while self._children or self._spares:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            child = self._children.pop(pid, None)
            if child is None:  # a spare, or the child of one that could fork
                self._forget_spare(pid)
                continue
            with suppress(OSError):  # whoever asked may have gone
                os.write(child.verdict_fd, self._verdict(pid, status))
            os.close(child.verdict_fd)
            self._timed_out.discard(pid)

    def _forget_spare(self, pid: int) -> None:
        for spare in self._spares:
            if spare.pid == pid:
                spare.orders.close()
        self._spares = [spare for spare in self._spares if spare.pid != pid]

    def _verdict(self, pid: int, status: int) -> bytes:
        if status == 0:
            return FINISHED
        ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return TOO_SLOW if pid in self._timed_out or ended_by == signal.SIGXCPU else CRASHED


def _become_decoder(
    orders_fd: int, decoder: Decoder, warm_up: WarmUp, limits: DecodeLimits
) -> NoReturn:
    """Wait for a channel, decode one file and end; nothing of the zygote is left but its memory."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        end_with_parent(signal.SIGKILL)
        os.dup2(orders_fd, ORDERS_FD)
        os.closerange(ORDERS_FD + 1, OPEN_FILES)
        with socket.socket(fileno=ORDERS_FD) as orders:
            confine_one_decode(limits)
            if not _arrives_soon(orders):
                warm_up(limits)
            _, descriptors, _, _ = socket.recv_fds(orders, 1, 1)
        if descriptors:
            with socket.socket(fileno=descriptors[0]) as channel:
                _answer(channel, decoder, limits)
        os._exit(0)
    finally:
        os._exit(1)  # whatever happened: a child must never return into the zygote's loop


def _arrives_soon(orders: socket.socket) -> bool:
    waiting = select.poll()
    waiting.register(orders, select.POLLIN)
    return bool(waiting.poll(PATIENCE_MS))


def _answer(channel: socket.socket, decoder: Decoder, limits: DecodeLimits) -> None:
    source_format, content = receive_request(channel)
    try:
        decoded = decoder(source_format, content, limits)
    except IntakeError as error:
        send_refusal(channel, error)
    except MemoryError:
        send_refusal(channel, DecoderCrashedError())
    else:
        send_pixels(channel, decoded)


def _load(name: str) -> tuple[Decoder, WarmUp]:
    module_name, _, function = name.partition(":")
    module = import_module(module_name)
    return getattr(module, function), getattr(module, "warm_up", lambda _: None)


def _begin_huge_page() -> npt.NDArray[np.uint8]:
    """Let the heap of every child go on where a huge page begins; nothing of it is touched yet.

    In the middle of one that the zygote has touched, a child's pixels would be copies of it, each
    small page at the price of a fault. Returns: what lies before it, to be kept.
    """
    address = np.empty(LARGE_BYTES, np.uint8).ctypes.data
    return np.empty(LARGE_BYTES + -address % HUGE_PAGE_BYTES - HEADER_BYTES, np.uint8)


def main(control_fd: str, decoder_name: str, codecs: str, limits_json: str, n_spares: str) -> None:
    """Load the codecs, give up everything else, serve."""
    step_back()
    import_module(codecs)
    decoder, warm_up = _load(decoder_name)
    limits = DecodeLimits(**json.loads(limits_json))
    warm_up(limits)
    with socket.socket(fileno=int(control_fd)) as control:
        missing = confine_for_good()
        os.dup2(1, 2)  # until here errors concern the installation; codecs complain of each file
        gc.collect()
        gc.freeze()  # children share these pages as long as nobody counts references anew
        zygote = Zygote(control, decoder, warm_up, limits, int(n_spares), missing)
        used = _begin_huge_page()
        zygote.serve()
        del used


if __name__ == "__main__":
    main(*sys.argv[1:])
