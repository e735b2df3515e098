"""A seccomp allow-list for a decoder process: it may compute, answer and end, nothing else.

Written as the classic BPF program that the kernel takes, because the libraries that write it
(libseccomp and its bindings) would be a native dependency for sixty lines. Every system call
that is not listed fails with EPERM, as if the program had no right to it, so a codec that
tries one falls back or refuses the file. Sources: seccomp(2), `linux/filter.h`, and the
system call tables of x86_64 and aarch64.
"""

import ctypes
import errno
import platform
import struct
from typing import Final

PR_SET_SECCOMP: Final = 22
SECCOMP_MODE_FILTER: Final = 2
RETURN_ALLOW: Final = 0x7FFF_0000
RETURN_ERRNO: Final = 0x0005_0000
LOAD_WORD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
JUMP_IF_EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
JUMP_IF_AT_LEAST: Final = 0x35  # BPF_JMP | BPF_JGE | BPF_K
RETURN: Final = 0x06  # BPF_RET | BPF_K
NUMBER_OFFSET: Final = 0  # of `nr` in struct seccomp_data
ARCHITECTURE_OFFSET: Final = 4
X32_BIT: Final = 0x4000_0000  # the other ABI of x86_64, with numbers of its own

ARCHITECTURES: Final = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}  # linux/audit.h

ALLOWED: Final[dict[str, tuple[int, int]]] = {
    # Numbers on x86_64 and aarch64; -1 where the architecture has none.
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "poll": (7, -1),
    "lseek": (8, 62), "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215),
    "brk": (12, 214), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "readv": (19, 65), "writev": (20, 66), "sched_yield": (24, 124),
    "mremap": (25, 216), "madvise": (28, 233), "nanosleep": (35, 101), "getpid": (39, 172),
    "sendto": (44, 206), "recvfrom": (45, 207), "sendmsg": (46, 211), "recvmsg": (47, 212),
    "shutdown": (48, 210), "getsockname": (51, 204), "getsockopt": (55, 209), "exit": (60, 93),
    "gettimeofday": (96, 169), "getrusage": (98, 165), "sigaltstack": (131, 132),
    "gettid": (186, 178), "futex": (202, 98), "sched_getaffinity": (204, 123),
    "restart_syscall": (219, 128), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115), "exit_group": (231, 94), "ppoll": (271, 73),
    "getrandom": (318, 278), "membarrier": (324, 283), "rseq": (334, 293),
}  # fmt: skip


LIBC: Final = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("n_instructions", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def allow_only_decoding() -> bool:
    """Install the allow-list in this process and whatever it becomes; False where it cannot be.

    `PR_SET_NO_NEW_PRIVS` must have been set.
    """
    instructions = PROGRAMS.get(platform.machine())
    if instructions is None:
        return False
    program = _Program(len(instructions) // 8, instructions)
    try:
        return bool(
            LIBC.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0
        )
    except (OSError, AttributeError):
        return False


def _program(machine: str) -> bytes:
    column = list(ARCHITECTURES).index(machine)
    numbers = [both[column] for both in ALLOWED.values() if both[column] >= 0]
    refuse = RETURN_ERRNO | errno.EPERM
    lines = [
        _instruction(LOAD_WORD, ARCHITECTURE_OFFSET),
        _instruction(JUMP_IF_EQUAL, ARCHITECTURES[machine], if_true=1),
        _instruction(RETURN, refuse),
        _instruction(LOAD_WORD, NUMBER_OFFSET),
        _instruction(JUMP_IF_AT_LEAST, X32_BIT, if_true=len(numbers)),
        *(
            _instruction(JUMP_IF_EQUAL, number, if_true=len(numbers) - position)
            for position, number in enumerate(numbers)
        ),
        _instruction(RETURN, refuse),
        _instruction(RETURN, RETURN_ALLOW),
    ]
    return b"".join(lines)


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """`struct sock_filter`; jumps count the instructions that are skipped."""
    return struct.pack("=HBBI", code, if_true, if_false, value)


PROGRAMS: Final = {machine: _program(machine) for machine in ARCHITECTURES}
"""By architecture; written before the fork, because every child installs it."""
