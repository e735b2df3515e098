"""A process that only accepts knows which networks answer, and opens none of them."""

from pathlib import Path

import numpy as np
import pytest

from raiox.entities import Radiograph
from raiox.inference.distant import DistantEngine
from raiox.inference.errors import ModelUnavailableError
from raiox.inference.local import LocalEngine
from raiox.settings import InferenceSettings


def test_names_the_networks_that_workers_answer_with(tmp_path: Path):
    distant = DistantEngine.open(InferenceSettings(), tmp_path)

    assert distant.models == LocalEngine.open(InferenceSettings()).models


def test_computes_nothing(tmp_path: Path):
    distant = DistantEngine.open(InferenceSettings(), tmp_path)
    radiograph = Radiograph(np.zeros((64, 64), np.uint8), "0" * 64, "png")

    for compute in (distant.predict, distant.occlude_lungs):
        with pytest.raises(ModelUnavailableError):
            compute([radiograph])
