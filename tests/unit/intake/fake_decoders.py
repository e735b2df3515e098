"""Decoders that misbehave on purpose; the zygote of a test loads them by name."""

import contextlib
import ctypes
import os
import signal
import socket
import sys
import time
from pathlib import Path

import numpy as np

from raiox.intake.errors import CorruptImageError, IntakeError
from raiox.intake.sandbox.breaches import find_breaches
from raiox.intake.sandbox.confinement import Layer
from raiox.intake.sandbox.decoder_api import Decoded

GREY = np.full((70, 80), 7, np.uint8)


class _UnknownError(IntakeError):
    code = "made_up"


def obey(source_format, content, limits):
    """Do what the content says, so that one sandbox serves many tests."""
    return ORDERS[content.decode().partition(" ")[0]](content)


def __getattr__(name):
    """`obey_unconfined` takes the confinement away, as a kernel that knows none would."""
    if name != "obey_unconfined":
        raise AttributeError(name)
    zygote = sys.modules["__main__"]
    zygote.confine_for_good = lambda: ~Layer.NONE
    zygote.confine_one_decode = lambda _limits: ~Layer.NONE
    return obey


def _crash(_):
    ctypes.string_at(0)


def _sleep(_):
    time.sleep(600)


def _sleep_deaf(_):
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    time.sleep(600)


def _spin(_):
    while True:
        pass


def _eat(_):
    return bytearray(2_000_000_000)


def _nap(content):
    time.sleep(float(content.split()[1]))
    return Decoded(GREY)


def _refuse(_):
    raise CorruptImageError(width=7)


def _raise(_):
    raise ZeroDivisionError


def _answer_small(_):
    return Decoded(np.zeros((3, 3), np.uint8))


def _answer_strange_note(_):
    return Decoded(GREY, ("colour_removed", "Silva^Maria"))


def _refuse_strangely(_):
    raise _UnknownError


def _refuse_with_a_long_fact(_):
    raise CorruptImageError(reason="x" * 5_000)


def _kill_zygote(_):
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(600)


def _report_breaches(_):
    """The flags of what this process can still do, in every pixel."""
    return Decoded(np.full(GREY.shape, find_breaches(os.getppid()), np.uint8))


def _call_the_kernel(content):
    """The error number that a system call of this number gives, in every pixel."""
    number = int(content.split()[1])
    libc = ctypes.CDLL(None, use_errno=True)
    failed = libc.syscall(number, 0, 0, 0, 0, 0, 0) < 0
    return Decoded(np.full(GREY.shape, ctypes.get_errno() if failed else 0, np.uint8))


def _attempt_freedoms(_):
    """One row of the answer for each thing that must not be possible: 0 is impossible."""
    freedoms = np.zeros(GREY.shape, np.uint8)
    for row, attempt in enumerate((_open_file, _write_file, _fork, _connect, _signal_init)):
        with contextlib.suppress(OSError):
            attempt()
            freedoms[row] = 1
    return Decoded(freedoms)


def _open_file():
    Path("/etc/hostname").read_bytes()


def _write_file():
    Path("/tmp/raiox-escape").write_text("x")


def _fork():
    if os.fork() == 0:
        os._exit(0)


def _connect():
    with socket.socket() as client:
        client.bind(("127.0.0.1", 0))
        client.listen()
        with socket.create_connection(client.getsockname(), timeout=0.2):
            pass


def _signal_init():
    os.kill(1, 0)


def _tell_pid(_):
    pixels = GREY.copy()
    pixels[0, :8] = np.frombuffer(os.getpid().to_bytes(8), np.uint8)
    return Decoded(pixels)


ORDERS = {
    "crash": _crash,
    "sleep": _sleep,
    "sleep-deaf": _sleep_deaf,
    "spin": _spin,
    "eat": _eat,
    "nap": _nap,
    "refuse": _refuse,
    "raise": _raise,
    "small": _answer_small,
    "strange-note": _answer_strange_note,
    "strange-refusal": _refuse_strangely,
    "long-fact": _refuse_with_a_long_fact,
    "kill-zygote": _kill_zygote,
    "freedoms": _attempt_freedoms,
    "breaches": _report_breaches,
    "syscall": _call_the_kernel,
    "pid": _tell_pid,
}
