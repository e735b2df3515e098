"""The CSV of a bundle's predictions, one line per case, for whoever wants to count anew."""

import csv
import io

from raiox.bundle import BundleManifest
from raiox.lab.evaluation.predictions import Predictions


def to_csv(predictions: Predictions, manifest: BundleManifest) -> str:
    """Image, source, group, label and the score of every label."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["image", "source", "group_id", "label", *manifest.labels])
    for sample, scores in zip(predictions.samples, predictions.scores, strict=True):
        row = [sample.path.name, sample.dataset, sample.group_id, sample.label]
        writer.writerow([*row, *(f"{score:.5f}" for score in scores)])
    return file.getvalue()
