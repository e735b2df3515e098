"""What ties a job to its runner.

Its standard input is a pipe whose other end the runner holds: when the runner dies, however it
dies, the pipe closes and so does the job, so that no orphan writes what another has taken up.
"""

import os
import sys
from threading import Thread


def end_with_the_runner() -> None:
    """From now on this process ends when its runner does."""
    Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    # Not through `sys.stdin`: its lock, held here for ever, would end the interpreter with an error.
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)
