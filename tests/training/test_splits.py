"""The committed splits are those of the data at hand, and keep what they promise."""

import json
import os
from pathlib import Path

import pytest
from splits import describe_splits

COMMITTED = Path(__file__).parents[2] / "recipes" / "splits.json"


@pytest.fixture(scope="module")
def described() -> dict:
    data = os.environ.get("RAIOX_DATASETS")
    if not data:
        pytest.skip("RAIOX_DATASETS does not name the data sets")
    return describe_splits(Path(data))


@pytest.mark.data
def test_the_data_at_hand_has_the_splits_the_networks_were_trained_on(described: dict) -> None:
    assert described == json.loads(COMMITTED.read_text())


@pytest.mark.data
def test_a_source_left_out_is_in_no_other_part(described: dict) -> None:
    for name, split in described.items():
        datasets = name.removeprefix("without-").split("+") if "without-" in name else []
        for part, counts in split["images"].items():
            found = {key.split()[0] for key in counts}
            assert found.isdisjoint(datasets) or part == "held_out"
            assert part != "held_out" or found == set(datasets)


def test_another_label_makes_another_split(drawn_data: Path, tmp_path: Path) -> None:
    before = describe_splits(drawn_data)["grouped"]["sha256"]
    manifest = (drawn_data / "chest" / "manifest.csv").read_text()
    changed = tmp_path / "chest"
    changed.mkdir()
    (changed / "manifest.csv").write_text(manifest.replace("covid19,", "no_finding,", 1))

    assert describe_splits(tmp_path)["grouped"]["sha256"] != before
