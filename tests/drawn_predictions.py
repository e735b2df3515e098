"""Predictions without a network: drawn logits of two data sets that hold every label."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from raiox.bundle import Bundle, BundleManifest, OperatingPoint, Training
from raiox.lab.datasets.manifest import Sample
from raiox.lab.evaluation.predictions import Predictions
from raiox.preprocessing import Preprocessing
from raiox.vocabulary import FINDINGS, IMAGE_KINDS

POINT = OperatingPoint(threshold=0.4, sensitivity=0.9, specificity=0.9)


def bundle_of(role: str = "classifier") -> Bundle:
    labels = tuple(map(str, IMAGE_KINDS if role == "frontal_filter" else FINDINGS))
    manifest = BundleManifest(
        id="drawn-1",
        role=role,
        labels=labels,
        preprocessing=Preprocessing(side_px=32, fit="letterbox"),
        temperature=1.5,
        operating_points=dict.fromkeys(labels, POINT),
        set_threshold=0.2 if role == "classifier" else None,
        licence="none",
        training=Training(
            recipe="drawn", seed=0, code_version="0", data_sha256="0", started_from="-", sources=()
        ),
        files={"model.onnx": "0" * 64},
    )
    return Bundle(manifest, b"", None)


def draw_predictions(
    labels: Sequence[str], n: int = 120, strength: float = 2.0, seed: int = 0
) -> Predictions:
    """Logits that lean towards the label; labels and data sets alternate."""
    random = np.random.default_rng(seed)
    indices = np.arange(n) % len(labels)
    logits = random.normal(size=(n, len(labels)))
    logits[np.arange(n), indices] += strength
    samples = [
        Sample(
            path=Path(f"{i}.png"),
            label=labels[k],
            dataset="ab"[i // len(labels) % 2],
            split="valid",
            group_id=str(i),
            licence="",
            view="PA" if i % 4 < 2 else "AP",
            sex="MF"[i % 2],
            age=str(5 * (i % 16)),
        )
        for i, k in enumerate(indices)
    ]
    return Predictions(
        samples=samples,
        labels=indices,
        logits=logits,
        embeddings=random.normal(size=(n, 8)).astype(np.float32),
        max_evidence=np.ones(n),
        temperature=1.5,
        file_statistics=np.column_stack([random.integers(200, 300, (n, 3)), random.random((n, 4))]),
    )
