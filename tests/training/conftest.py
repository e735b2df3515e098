"""A drawn data set, small enough to train on in seconds, and networks exported once for all tests."""

import csv
from pathlib import Path

import numpy as np
import pytest
from exported_networks import Exported, export
from PIL import Image

from raiox.lab.training.networks.densenet import ThreeBlockDenseNet
from raiox.lab.training.networks.mobilenet import MobileNetV1

CHEST_COLUMNS = (
    "image",
    "label",
    "source",
    "split",
    "paper_split",
    "group_id",
    "label_conflict",
    "licence",
)
FILTER_COLUMNS = ("image", "kind", "source", "split", "licence")
SPLITS = ("train", "train", "valid", "test")


@pytest.fixture(scope="session")
def drawn_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Findings are where a bright disc lies; other kinds are noise of several grains."""
    data = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(0)
    chest = [
        (f"{label}-{i}", label, random)
        for label in ("no_finding", "lung_opacity", "covid19")
        for i in range(16)
    ]
    _write(data / "chest", CHEST_COLUMNS, [_drawn_sample(data, *one) for one in chest])
    kinds = ("lateral_cxr", "nonpulmonary_xray", "other_medical", "document", "natural")
    others = [(f"{kind}-{i}", kind, random) for kind in kinds for i in range(8)]
    _write(data / "filter", FILTER_COLUMNS, [_other(data, *one) for one in others])
    return data


@pytest.fixture(scope="session")
def mobilenet() -> Exported:
    """The fast network; no test changes it."""
    return export(MobileNetV1(3))


@pytest.fixture(scope="session")
def densenet() -> Exported:
    """The paper's network with a small head; no test changes it."""
    return export(ThreeBlockDenseNet(3, 64))


def _drawn_sample(
    data: Path, name: str, label: str, random: np.random.Generator
) -> tuple[str, ...]:
    rows, columns = np.mgrid[:60, :64]
    centre = {"no_finding": (-99, 0), "lung_opacity": (40, 16), "covid19": (20, 48)}[label]
    disc = (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 < 120
    pixels = random.normal(70, 15, (60, 64)) + columns / 2 + 120 * disc
    index = int(name.rsplit("-", 1)[1])
    part = SPLITS[index % 4]
    _save(data / "chest" / f"{name}.png", pixels)
    return f"{name}.png", label, f"source{index // 4 % 2}", part, part, name, "0", "drawn"


def _other(data: Path, name: str, kind: str, random: np.random.Generator) -> tuple[str, ...]:
    grain = 2 + len(kind) % 5
    coarse = random.normal(128, 60, (64 // grain + 1, 64 // grain + 1))
    _save(data / "filter" / f"{name}.png", np.kron(coarse, np.ones((grain, grain))))
    return f"{name}.png", kind, "drawn", SPLITS[int(name.rsplit("-", 1)[1]) % 4], "drawn"


def _save(file: Path, pixels: np.ndarray) -> None:
    file.parent.mkdir(exist_ok=True)
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file)


def _write(folder: Path, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with (folder / "manifest.csv").open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


@pytest.fixture
def masked_data(drawn_data: Path, tmp_path: Path) -> Path:
    """The drawn data set with masks of the left half of four images, by three annotators."""
    chest = tmp_path / "chest"
    (chest / "lung_masks").mkdir(parents=True)
    with (drawn_data / "chest" / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        (chest / row["image"]).write_bytes((drawn_data / "chest" / row["image"]).read_bytes())
    with (chest / "manifest.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    left = np.zeros((60, 64), np.uint8)
    left[:, :32] = 255
    listed = ["image,mask,annotator"]
    for row, annotator in zip(rows, ("hand", "hand_noheart", "hand", "unet"), strict=False):
        Image.fromarray(left).save(chest / "lung_masks" / row["image"])
        listed.append(f"{row['image']},lung_masks/{row['image']},{annotator}")
    (chest / "lung_masks" / "manifest.csv").write_text("\n".join(listed))
    return tmp_path
