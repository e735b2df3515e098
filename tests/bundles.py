"""The bundles of the package, for tests that hold for each of them."""

from pathlib import Path

import pytest

from raiox.inference.local import SHIPPED_MODELS

CLASSIFIERS = ("densenet", "mobilenet")
"""Either answers in the role `classifier`; a setting chooses."""

BUNDLES = ("frontal_filter", *CLASSIFIERS, "lungs")


def shipped(name: str) -> Path:
    """The folder of a bundle; skips the test where the package does not hold it."""
    folder = SHIPPED_MODELS / name
    if not folder.is_dir():
        pytest.skip(f"the package holds no {name}")
    return folder
