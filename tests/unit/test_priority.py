"""Who answers gets its turns soon, who computes long ones; nobody gets less time for it."""

import os
import platform
import subprocess
import sys

import pytest

KNOWS_TURNS = tuple(int(n) for n in platform.release().split(".")[:2]) >= (6, 12)
PROGRAM = """
import ctypes, os, platform, struct, threading
from raiox.priority import {wish}
{wish}()
number = {{"x86_64": 315, "aarch64": 275}}[platform.machine()]
def print_turn():
    seen = ctypes.create_string_buffer(56)
    ctypes.CDLL(None).syscall(number, 0, seen, 56, 0)
    _, policy, _, nice, _, turn_ns, *_ = struct.unpack("=IIQiIQQQII", seen.raw)
    print(policy, nice, turn_ns)
print_turn()
thread = threading.Thread(target=print_turn)
thread.start()
thread.join()
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not KNOWS_TURNS, reason="this kernel knows no length of turns"
)
@pytest.mark.parametrize(
    ("wish", "niceness", "turn_ns"), [("take_short_turns", 0, 200_000), ("step_back", 2, 5_000_000)]
)
def test_a_process_and_its_later_threads_get_turns_of_the_length_they_wish(wish, niceness, turn_ns):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(wish=wish)],
        capture_output=True,
        text=True,
        check=True,
        start_new_session=True,
    )

    line = f"0 {os.nice(0) + niceness} {turn_ns}"
    assert done.stdout.split("\n")[:2] == [line, line]
