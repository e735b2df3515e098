"""Writes recipes/splits.json: the splits of the data that RAIOX_DATASETS names (`make splits`)."""

import json
from pathlib import Path

from raiox.lab.training.splits import describe_splits
from raiox.settings import Settings

FILE = Path(__file__).parents[1] / "recipes" / "splits.json"

FILE.write_text(json.dumps(describe_splits(Settings().datasets), indent=2) + "\n")
print(f"written: {FILE.relative_to(FILE.parents[1])}")
