"""ONNX Runtime neither sends anything nor keeps a number of the machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from bundles import shipped


@pytest.mark.parametrize("first", ["raiox.inference.local", "raiox.bundle"])
def test_the_networks_leave_nothing_in_the_home_of_their_user(first: str, tmp_path: Path):
    model = shipped("mobilenet") / "model.onnx"
    code = (
        f"import {first}, onnxruntime;"
        f"onnxruntime.InferenceSession({str(model)!r}, providers=['CPUExecutionProvider'])"
    )
    variables = {name: value for name, value in os.environ.items() if name != "XDG_CACHE_HOME"}
    variables.pop("ORT_DISABLE_TELEMETRY", None)
    subprocess.run(
        [sys.executable, "-c", code], env=variables | {"HOME": str(tmp_path)}, check=True
    )

    assert list(tmp_path.iterdir()) == []
