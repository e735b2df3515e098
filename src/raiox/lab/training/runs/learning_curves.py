"""The learning curves of a run, one value per epoch.

A resumed run has logged the steps of its last epoch twice, with the same values, and may have
left half a line; reading handles both.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CURVES_FILE = "curves.jsonl"
LINE_START = '{"step"'

Curves = dict[str, dict[int, float]]
"""Value of a figure by epoch, counted from 1 through all stages."""


def read_curves(run: Path) -> Curves:
    """Mean of what was logged in each epoch of a run; of a training figure, some of its batches."""
    logged: defaultdict[tuple[str, int], dict[int, float]] = defaultdict(dict)
    n_before = 0
    for stage in stage_folders(run):
        last = 0
        for line in _lines(stage / CURVES_FILE):
            epoch = n_before + int(line["epoch"]) + 1
            last = max(last, epoch)
            for name, value in line.items():
                logged[name, epoch][line["step"]] = value
        n_before = max(n_before, last)
    curves: Curves = defaultdict(dict)
    for (name, epoch), values in sorted(logged.items()):
        curves[name][epoch] = sum(values.values()) / len(values)
    return dict(curves)


def n_epochs_seen(run: Path) -> int:
    """Epochs a run has come to in all of its stages; 0 before its first line."""
    return max(read_curves(run).get("epoch", {0: 0}))


def stage_folders(run: Path) -> list[Path]:
    """Those that have begun, in their order."""
    found = (folder for folder in run.glob("stage-*") if (folder / CURVES_FILE).is_file())
    return sorted(found, key=lambda folder: int(folder.name.removeprefix("stage-")))


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        whole = line[line.rfind(LINE_START) :]  # the one before it may have been cut
        try:
            yield json.loads(whole)
        except json.JSONDecodeError:
            continue
