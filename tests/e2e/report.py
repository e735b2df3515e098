"""A report as a bundle would bring it, with invented numbers, and a small map of cases."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from raiox.vocabulary import FINDINGS


def make_report(labels: Sequence[str] = FINDINGS) -> dict[str, Any]:
    """Every section has something to show."""
    labels = [str(label) for label in labels]
    sections = [
        *("overall", "findings", "within_dataset", "operating_points", "prevalence"),
        *("calibration", "prediction_sets", "subgroups", "baselines", "shortcuts", "saliency"),
        "out_of_distribution",
    ]
    return {
        "format_version": 2,
        "bundle": {"id": "phantom-1", "role": "classifier", "sha256": "c0" * 32},
        "data": {"split": "test", "n_images": 2034, "n_groups": 1800, "test_opened": True},
        "code_version": "0.1.0+abcdef0",
        "command": "raiox evaluate BUNDLE --split test",
        "limits": [{"pt": "Um limite medido.", "en": "A measured limit."}],
        "unmet_targets": [
            {
                "key": "x",
                "target": 0.9,
                "value": 0.8,
                "pt": "a medida deveria ser ao menos 0,90; mediu-se: 0,800.",
                "en": "the figure should be at least 0.90; measured: 0.800.",
            }
        ],
        "metrics": [_figure(section) for section in sections],
        "confusion": {"labels": labels, "counts": np.eye(len(labels)).tolist()},
        "curves": {
            "roc": {label: _bow(0.3) for label in labels},
            "pr": {label: [[x, 1 - x * y] for x, y in _bow(0.3)] for label in labels},
            "reliability": {label: _bins() for label in labels},
            "decision": {labels[-1]: [[0.0, 0.2], [0.5, 0.1], [1.0, -0.05]]},
            "risk_coverage": [[0.1, 0.01], [1.0, 0.08]],
        },
    }


def make_map(n_cases: int = 300, labels: Sequence[str] = FINDINGS) -> dict[str, Any]:
    """Cases of each finding and two sources, each finding around a place of its own."""
    n = len(labels)
    generator = np.random.default_rng(0)
    places = generator.normal(size=(n_cases, 12)) + 4 * np.eye(12)[np.arange(n_cases) % n]
    return {
        "explained_variance": [0.4, 0.2, 0.1],
        "coordinates": np.round(places, 3).tolist(),
        "cases": [
            {
                "image": f"{('cohen', 'rsna')[k % 2]}/case-{k}.jpg",
                "finding": str(labels[k % n]),
                "source": ("cohen", "rsna")[k % 2],
            }
            for k in range(n_cases)
        ],
    }


def _figure(section: str) -> dict[str, Any]:
    name = {"pt": f"medida de {section}", "en": f"figure of {section}"}
    return {
        "key": section,
        "section": section,
        "name": name,
        "value": 0.9,
        "low": 0.87,
        "high": 0.93,
        "n": 2034,
    }


def _bow(power: float) -> list[list[float]]:
    return [[float(x), float(x**power)] for x in np.linspace(0, 1, 50)]


def _bins() -> list[dict[str, float]]:
    return [
        {"mean_score": s, "observed": s * 0.9, "low": s * 0.8, "high": s, "n": 200}
        for s in (0.1, 0.5, 0.9)
    ]
