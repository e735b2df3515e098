"""What a decoder process gives up: files, network, new programs, then memory and time.

Two steps. The zygote gives up for good what no decode needs; each child bounds what one
decode may cost and then gives up every system call but those of computing and answering.
Kernels differ, so each step says which layers it did not get, and `breaches.py` attacks what
remains.
Source: landlock(7), user_namespaces(7), capabilities(7), prctl(2), setrlimit(2).
"""

import os
import platform
import resource
import struct
from contextlib import suppress
from enum import IntFlag
from typing import Final

from raiox.intake.sandbox.decoder_api import DecodeLimits
from raiox.intake.sandbox.seccomp import LIBC, allow_only_decoding

CLONE_NEWUSER: Final = 0x1000_0000
CLONE_NEWNET: Final = 0x4000_0000
PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_CAPBSET_DROP: Final = 24
PR_SET_NO_NEW_PRIVS: Final = 38
CAPABILITY_VERSION: Final = 0x2008_0522  # _LINUX_CAPABILITY_VERSION_3
CAPABILITIES: Final = 64
SYS_CAPSET: Final = {"x86_64": 126, "aarch64": 91}

# Landlock came after the system calls of all architectures got the same numbers.
SYS_LANDLOCK_CREATE_RULESET: Final = 444
SYS_LANDLOCK_RESTRICT_SELF: Final = 446
LANDLOCK_CREATE_RULESET_VERSION: Final = 1
LANDLOCK_FILE_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15}  # rights known to each version
LANDLOCK_FILE_RIGHTS_NOW: Final = 16  # from version 5 on
LANDLOCK_TCP: Final = 0b11  # bind and connect, from version 4 on
LANDLOCK_SCOPES: Final = 0b11  # abstract sockets and signals, from version 6 on
FIRST_VERSION_WITH_TCP: Final = 4
FIRST_VERSION_WITH_SCOPES: Final = 6

MAX_OPEN_FILES: Final = 32


class Layer(IntFlag):
    """One of several things that keep a decoder in, each by itself and beside the others."""

    NONE = 0
    NAMESPACES = 1
    LANDLOCK = 2
    SECCOMP = 4
    CAPABILITIES = 8
    UNDUMPABLE = 16


REQUIRED: Final = Layer.NAMESPACES | Layer.LANDLOCK | Layer.SECCOMP
"""Without one of these a single fault of the kernel may open the rest."""


def confine_for_good() -> Layer:
    """Give up network, files and privileges; call it once, with everything already imported.

    The process must have one thread. Its children inherit all of it.

    Returns: the layers that this kernel did not give.
    """
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    given = Layer.NONE
    with suppress(OSError, AttributeError):  # no Linux, an old kernel, or a stricter outer sandbox
        LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        given |= Layer.NAMESPACES * (LIBC.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)
        given |= Layer.LANDLOCK * _forbid_files()
        given |= Layer.CAPABILITIES * _drop_capabilities()
        # Nobody of the same user may read or write the memory that every decoder is forked from.
        given |= Layer.UNDUMPABLE * (LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
    return ~Layer.SECCOMP & ~given


def confine_one_decode(limits: DecodeLimits) -> Layer:
    """Bound memory and processor time of this process; leave it no system call but decoding.

    Returns: the layer that this kernel did not give.
    """
    _limit(resource.RLIMIT_AS, limits.decoder_memory_bytes)
    _limit(resource.RLIMIT_CPU, limits.decoder_cpu_s)
    if not limits.starts_threads:  # which count as processes here
        _limit(resource.RLIMIT_NPROC, 0)
    _limit(resource.RLIMIT_NOFILE, MAX_OPEN_FILES)
    return (
        Layer.NONE if allow_only_decoding(starts_threads=limits.starts_threads) else Layer.SECCOMP
    )


def end_with_parent(signal_number: int) -> None:
    """Let the kernel send this signal when the parent ends, however it ends."""
    parent = os.getppid()
    with suppress(OSError, AttributeError):
        LIBC.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _limit(kind: int, most: int) -> None:
    """Lower a limit; the hard one is a step higher, so that the soft one is the one that speaks."""
    with suppress(ValueError, OSError):  # lower already, or unknown to this system
        resource.setrlimit(kind, (most, most + 1 if kind == resource.RLIMIT_CPU else most))


def _forbid_files() -> bool:
    """A Landlock ruleset that handles everything and allows nothing; False where there is none."""
    version = LIBC.syscall(SYS_LANDLOCK_CREATE_RULESET, None, 0, LANDLOCK_CREATE_RULESET_VERSION)
    if version < 1:
        return False
    rights = (1 << LANDLOCK_FILE_RIGHTS.get(version, LANDLOCK_FILE_RIGHTS_NOW)) - 1
    ruleset = struct.pack("=Q", rights)
    if version >= FIRST_VERSION_WITH_TCP:
        ruleset += struct.pack("=Q", LANDLOCK_TCP)
    if version >= FIRST_VERSION_WITH_SCOPES:
        ruleset += struct.pack("=Q", LANDLOCK_SCOPES)
    descriptor = LIBC.syscall(SYS_LANDLOCK_CREATE_RULESET, ruleset, len(ruleset), 0)
    if descriptor < 0:
        return False
    refused = LIBC.syscall(SYS_LANDLOCK_RESTRICT_SELF, descriptor, 0)
    os.close(descriptor)
    return bool(refused == 0)


def _drop_capabilities() -> bool:
    """Give up every capability, also those that a new user namespace has just granted."""
    for capability in range(CAPABILITIES):
        LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    number = SYS_CAPSET.get(platform.machine())
    if number is None:
        return False
    return bool(LIBC.syscall(number, struct.pack("=Ii", CAPABILITY_VERSION, 0), bytes(24)) == 0)
