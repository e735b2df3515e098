"""Runs a program as on a kernel that lacks layers of confinement: their system calls fail.

python tests/weak_kernel.py LAYER[,LAYER] PROGRAM [ARGUMENT ...]
"""

import ctypes
import errno
import os
import platform
import sys

from raiox.intake.sandbox.seccomp import (
    JUMP_IF_EQUAL,
    LOAD_WORD,
    NUMBER_OFFSET,
    PR_SET_SECCOMP,
    RETURN,
    RETURN_ALLOW,
    RETURN_ERRNO,
    SECCOMP_MODE_FILTER,
    _instruction,
    _Program,
)

PR_SET_NO_NEW_PRIVS = 38
FIRST_ARGUMENT_OFFSET = 16
UNSHARE = {"x86_64": 272, "aarch64": 97}
PRCTL = {"x86_64": 157, "aarch64": 167}
LANDLOCK_CREATE_RULESET = 444
LACKING = RETURN_ERRNO | errno.ENOSYS
FORBIDDEN = RETURN_ERRNO | errno.EPERM


def refusing(layers):
    """The BPF program under which these layers cannot be had."""
    machine = platform.machine()
    load_number = _instruction(LOAD_WORD, NUMBER_OFFSET)
    lines = []
    if "landlock" in layers:
        lines += [load_number, *_refuse(LANDLOCK_CREATE_RULESET, LACKING)]
    if "namespaces" in layers:
        lines += [load_number, *_refuse(UNSHARE[machine], FORBIDDEN)]
    if "seccomp" in layers:
        lines += [
            load_number,
            _instruction(JUMP_IF_EQUAL, PRCTL[machine], if_false=3),
            _instruction(LOAD_WORD, FIRST_ARGUMENT_OFFSET),
            *_refuse(PR_SET_SECCOMP, FORBIDDEN),
        ]
    return b"".join([*lines, _instruction(RETURN, RETURN_ALLOW)])


def _refuse(number, how):
    return [_instruction(JUMP_IF_EQUAL, number, if_false=1), _instruction(RETURN, how)]


def main():
    layers, *program = sys.argv[1:]
    instructions = refusing(layers.split(","))
    filters = _Program(len(instructions) // 8, instructions)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filters), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")
    os.execvp(program[0], program)


if __name__ == "__main__":
    main()
