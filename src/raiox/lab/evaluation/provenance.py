"""Which code gave a figure: without it nobody can give it again."""

import subprocess
from pathlib import Path

from raiox import __version__


def code_version() -> str:
    """The package's version and, in a checkout, its commit."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"{__version__}+{result.stdout.strip()}" if result.returncode == 0 else __version__
