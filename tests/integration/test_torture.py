"""The torture in short, on the real service: one kill of each kind while eight clients send."""

import sys
from pathlib import Path

import pytest
from bundles import shipped

sys.path.append(str(Path(__file__).parents[1] / "torture"))

from kills import KINDS, storm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="finds its victims in Linux's /proc"),
]


def test_every_kind_of_kill_loses_nothing():
    for name in ("frontal_filter", "mobilenet"):
        shipped(name)

    found = storm([*KINDS], seed=1, longest_pause_s=1.0)

    assert [one.measured for one in found if not one.held] == []
    assert all(f"{kind} 1" in found[0].measured for kind in KINDS)
