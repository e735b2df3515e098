# ruff: noqa: INP001  (a file that is run, not a package)
"""A service for the benchmarks whose networks never answer: what it accepts goes on waiting.

Run:  python benchmarks/held_service.py --port PORT --data-dir DIR   (ends when it is killed)
"""

import argparse
import sys
from functools import partial
from pathlib import Path

from raiox.intake import Intake
from raiox.settings import Settings
from raiox.web.server import run_server

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fakes import FakeEngine


def main() -> None:
    """Serve."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--data-dir", type=Path, required=True)
    chosen = options.parse_args()
    settings = Settings(data_dir=chosen.data_dir)
    engine = FakeEngine()
    engine.go.clear()
    run_server(
        settings,
        lambda: engine,
        partial(Intake, settings.intake),
        host="127.0.0.1",
        port=chosen.port,
    )


if __name__ == "__main__":
    main()
