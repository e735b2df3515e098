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
JUMP_IF_ANY_BIT: Final = 0x45  # BPF_JMP | BPF_JSET | BPF_K
RETURN: Final = 0x06  # BPF_RET | BPF_K
NUMBER_OFFSET: Final = 0  # of `nr` in struct seccomp_data
ARCHITECTURE_OFFSET: Final = 4
FIRST_ARGUMENT_OFFSET: Final = 16  # its lower half, on little-endian machines
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


CLONE: Final = (56, 220)
CLONE3: Final = (435, 435)  # whose arguments lie in memory, where no filter sees them
CLONE_THREAD: Final = 0x0001_0000
FOR_THREADS: Final = {"set_robust_list": (273, 99)}

LIBC: Final = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("n_instructions", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def allow_only_decoding(*, starts_threads: bool = False) -> bool:
    """Install the allow-list in this process and whatever it becomes; False where it cannot be.

    `PR_SET_NO_NEW_PRIVS` must have been set.

    Args:
        starts_threads: allow threads, but still no other process.
    """
    instructions = PROGRAMS.get((platform.machine(), starts_threads))
    if instructions is None:
        return False
    program = _Program(len(instructions) // 8, instructions)
    try:
        return bool(
            LIBC.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0
        )
    except (OSError, AttributeError):
        return False


def _program(machine: str, *, starts_threads: bool) -> bytes:
    column = list(ARCHITECTURES).index(machine)
    allowed = ALLOWED | (FOR_THREADS if starts_threads else {})
    numbers = [both[column] for both in allowed.values() if both[column] >= 0]
    threads = _only_threads(column) if starts_threads else []
    refuse = RETURN_ERRNO | errno.EPERM
    lines = [
        _instruction(LOAD_WORD, ARCHITECTURE_OFFSET),
        _instruction(JUMP_IF_EQUAL, ARCHITECTURES[machine], if_true=1),
        _instruction(RETURN, refuse),
        _instruction(LOAD_WORD, NUMBER_OFFSET),
        _instruction(JUMP_IF_AT_LEAST, X32_BIT, if_true=len(threads) + len(numbers)),
        *threads,
        *(
            _instruction(JUMP_IF_EQUAL, number, if_true=len(numbers) - position)
            for position, number in enumerate(numbers)
        ),
        _instruction(RETURN, refuse),
        _instruction(RETURN, RETURN_ALLOW),
    ]
    return b"".join(lines)


def _only_threads(column: int) -> list[bytes]:
    """Allow clone(2) for a thread of this process; say that clone3(2), which hides it, is unknown.

    The C library then falls back to clone(2). Comes after the number was loaded, and leaves it loaded.
    """
    return [
        _instruction(JUMP_IF_EQUAL, CLONE3[column], if_false=1),
        _instruction(RETURN, RETURN_ERRNO | errno.ENOSYS),
        _instruction(JUMP_IF_EQUAL, CLONE[column], if_false=4),
        _instruction(LOAD_WORD, FIRST_ARGUMENT_OFFSET),
        _instruction(JUMP_IF_ANY_BIT, CLONE_THREAD, if_false=1),
        _instruction(RETURN, RETURN_ALLOW),
        _instruction(RETURN, RETURN_ERRNO | errno.EPERM),
    ]


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """`struct sock_filter`; jumps count the instructions that are skipped."""
    return struct.pack("=HBBI", code, if_true, if_false, value)


PROGRAMS: Final = {
    (machine, starts_threads): _program(machine, starts_threads=starts_threads)
    for machine in ARCHITECTURES
    for starts_threads in (False, True)
}
"""By architecture, and whether threads may be started; written before the
fork, because every child installs it."""
