"""A report as a bundle would bring it, with invented numbers, and a small map of cases."""

from typing import Any

import numpy as np

from raiox.vocabulary import FINDINGS


def make_report() -> dict[str, Any]:
    """Every section has something to show."""
    sections = [
        *("overall", "findings", "within_dataset", "operating_points", "prevalence"),
        *("calibration", "sets", "subgroups", "baselines", "shortcuts", "saliency"),
        "out_of_distribution",
    ]
    return {
        "format_version": 1,
        "bundle": {"id": "phantom-1", "role": "classifier", "sha256": "c0" * 32},
        "data": {"part": "test", "n_cases": 2034, "n_groups": 1800, "test_opened": True},
        "code_version": "0.1.0+abcdef0",
        "command": "raiox evaluate BUNDLE --part test",
        "limits": [{"pt": "Um limite medido.", "en": "A measured limit."}],
        "missed": [
            {"figure": "x", "bar": 0.9, "value": 0.8, "pt": "Uma medida", "en": "One figure"}
        ],
        "figures": [_figure(section) for section in sections],
        "confusion": {"labels": [str(f) for f in FINDINGS], "counts": np.eye(3).tolist()},
        "curves": {
            "roc": {str(f): _bow(0.3) for f in FINDINGS},
            "pr": {str(f): [[x, 1 - x * y] for x, y in _bow(0.3)] for f in FINDINGS},
            "reliability": {str(f): _bins() for f in FINDINGS},
            "decision": {"covid19": [[0.0, 0.2], [0.5, 0.1], [1.0, -0.05]]},
            "risk_coverage": [[0.1, 0.01], [1.0, 0.08]],
        },
    }


def make_map(n_cases: int = 300) -> dict[str, Any]:
    """Cases of each finding and two sources around three places."""
    chance = np.random.default_rng(0)
    places = chance.normal(size=(n_cases, 12)) + 4 * np.eye(12)[np.arange(n_cases) % 3]
    return {
        "explained_variance": [0.4, 0.2, 0.1],
        "coordinates": np.round(places, 3).tolist(),
        "cases": [
            {
                "image": f"{('cohen', 'rsna')[n % 2]}/case-{n}.jpg",
                "finding": str(FINDINGS[n % 3]),
                "source": ("cohen", "rsna")[n % 2],
            }
            for n in range(n_cases)
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
