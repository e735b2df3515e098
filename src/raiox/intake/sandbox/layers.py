"""Which layers of the sandbox this machine lacks, tried in a process of its own.

`breaches.py` says whether a decoder can get out; this says what is missing if it can, so that
whoever runs the service knows what to switch on.
"""

import os
import subprocess
import sys
from typing import Final

from raiox.intake.sandbox.confinement import confine_for_good
from raiox.intake.sandbox.seccomp import allow_only_decoding

TIMEOUT_S: Final = 10.0
STDOUT_FD: Final = 1
_PROGRAM: Final = "from raiox.intake.sandbox.layers import report; report()"
# A process with a second thread cannot leave its user namespace.
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def missing_layers() -> tuple[str, ...]:
    """Names of the layers that cannot be had here, e.g. `landlock`; empty if all can."""
    packages = os.pathsep.join(path for path in sys.path if path)
    found = subprocess.run(
        [sys.executable, "-P", "-c", _PROGRAM],
        env=os.environ | _ONE_THREAD | {"PYTHONPATH": packages},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    return tuple(found.stdout.split())


def report() -> None:
    """Confine this process, write the names of the layers that failed, and end."""
    missing = [*confine_for_good(), *(() if allow_only_decoding() else ("seccomp",))]
    os.write(STDOUT_FD, " ".join(missing).encode())
    os._exit(0)
