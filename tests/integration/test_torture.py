"""The torture in short, on the real service: one kill of each kind while eight clients send."""

import sys
from collections import Counter
from pathlib import Path

import pytest
from bundles import shipped

sys.path.append(str(Path(__file__).parents[1] / "torture"))

import kills
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


def test_so_many_kills_of_each_kind_can_be_chosen(monkeypatch):
    planned = []
    monkeypatch.setattr(kills, "storm", lambda plan, _seed: planned.append(Counter(plan)) or [])

    kills.counted_kills({"web": 3, "engine": 5})(0.0, 1)

    assert planned == [{"web": 3, "engine": 5}]
