"""Writes the model cards of the shipped bundles anew, in every language (`make evidence`).

Most figures are those of the report that the bundle carries. The few that only `raiox export` can
measure (the rating of quality, the overlap of lungs) are read back from the English card.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from raiox.bundle import REPORT_FILE, BundleManifest, open_bundle, write_bundle
from raiox.bundle.manifest import CARD_FILES
from raiox.inference.local import SHIPPED_MODELS
from raiox.lab.evaluation.card import write_cards
from raiox.lab.evaluation.report.report import CARD_SECTIONS
from raiox.lab.evaluation.report.reported_metrics import ReportedMetric, Text, named
from raiox.lab.evaluation.segmentation import dice_name
from raiox.lab.metrics.intervals import Estimate

ROW: Final = re.compile(r"^\| (.+) \| ([\d.]+) \| ([\d.]+) – ([\d.]+) \| (\d+) \|$", re.MULTILINE)


def cards(folder: Path) -> dict[str, bytes]:
    """The cards of a bundle, by file name; none where no report is there yet to take figures from."""
    manifest = open_bundle(folder).manifest
    if manifest.role != "lungs" and not (folder / REPORT_FILE).is_file():
        return {}
    card = (folder / CARD_FILES["en"]).read_text(encoding="utf-8")
    metrics = [*_of_report(folder), *_of_card(card, manifest)]
    return write_cards(manifest, metrics, test_opened="`split=test`\n" in card)


def _of_report(folder: Path) -> Iterator[ReportedMetric]:
    if not (folder / REPORT_FILE).is_file():
        return
    report: dict[str, Any] = json.loads((folder / REPORT_FILE).read_text(encoding="utf-8"))
    for section in CARD_SECTIONS:
        for metric in report["metrics"]:
            if metric["section"] == section:
                value, low, high = (_number(metric[key]) for key in ("value", "low", "high"))
                estimate = Estimate(value, low, high, metric["n"])
                yield ReportedMetric(metric["key"], section, metric["name"], estimate)


def _of_card(card: str, manifest: BundleManifest) -> Iterator[ReportedMetric]:
    names = {name["en"]: name for name in _names(manifest)}
    for name, value, low, high, n in ROW.findall(card):
        if name in names:
            estimate = Estimate(float(value), float(low), float(high), int(n))
            yield ReportedMetric(name, "overall", names[name], estimate)


def _names(manifest: BundleManifest) -> Iterator[Text]:
    yield named("quality.separation")
    yield named("quality.correlation")
    for label in manifest.labels if manifest.role == "lungs" else ():
        for source in manifest.training.sources:
            for key in ("dice", "dice_below"):
                yield dice_name(key, label, source.name)


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def rewrite(folder: Path) -> None:
    """Seal a bundle with its cards."""
    manifest = open_bundle(folder).manifest
    kept: Mapping[str, bytes] = {name: (folder / name).read_bytes() for name in manifest.files}
    write_bundle(folder, manifest, {**kept, **cards(folder)})


def main() -> None:
    """Write every card."""
    for folder in sorted(path.parent for path in SHIPPED_MODELS.glob("*/manifest.json")):
        rewrite(folder)
        print(f"raiox: wrote the cards of {folder.name}")


if __name__ == "__main__":
    main()
