"""What the times of a benchmark depend on besides the program that is measured."""

import os
import platform
from contextlib import suppress
from pathlib import Path
from typing import Any

from raiox import __version__


def machine_conditions() -> dict[str, Any]:
    """Cores, processor, system and version of raiox."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "raiox": __version__,
    }


def _processor() -> str:
    """What Linux calls the processor, else the kind of machine."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
