"""A bundle that is complete and rightly signed, but cannot answer, is never ready."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from bundles import shipped
from onnx import numpy_helper

from raiox.bundle.errors import BundleInvalidError
from raiox.inference.local import SHIPPED_MODELS, LocalEngine
from raiox.service.engine_holder import EngineHolder
from raiox.settings import InferenceSettings


def fill_with_nan(model: onnx.ModelProto) -> None:
    for weights in model.graph.initializer:
        array = numpy_helper.to_array(weights)
        if array.dtype.kind == "f":
            broken = numpy_helper.from_array(np.full_like(array, np.nan), weights.name)
            weights.CopyFrom(broken)


def want_another_side(model: onnx.ModelProto) -> None:
    for axis in model.graph.input[0].type.tensor_type.shape.dim[2:]:
        axis.dim_value = 17


def leave_out(name: str):
    def edit(model: onnx.ModelProto) -> None:
        [found] = [output for output in model.graph.output if output.name == name]
        model.graph.output.remove(found)

    return edit


@pytest.fixture
def models(tmp_path: Path) -> Path:
    shipped("mobilenet")
    folder = tmp_path / "models"
    shutil.copytree(SHIPPED_MODELS, folder)
    return folder


def edit(folder: Path, change) -> None:
    """Change the graph and sign it as its makers would."""
    path = folder / "model.onnx"
    model = onnx.load(path)
    change(model)
    content = model.SerializeToString()
    path.write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    old = json.dumps(manifest)
    before = hashlib.sha256((SHIPPED_MODELS / folder.name / "model.onnx").read_bytes()).hexdigest()
    assert before in old
    signed = old.replace(before, hashlib.sha256(content).hexdigest())
    (folder / "manifest.json").write_text(signed)


@pytest.mark.parametrize(
    ("bundle", "change"),
    [
        ("frontal_filter", fill_with_nan),
        ("mobilenet", fill_with_nan),
        ("lungs", fill_with_nan),
        ("frontal_filter", want_another_side),
        ("mobilenet", want_another_side),
    ],
)
def test_weights_or_inputs_that_do_not_fit_are_found_before_anybody_is_answered(
    models, bundle, change
):
    edit(models / bundle, change)

    with pytest.raises(BundleInvalidError):
        LocalEngine.open(InferenceSettings(models_dir=models))


@pytest.mark.parametrize("name", ["logits", "maps", "embedding"])
def test_a_missing_output_is_found_before_anybody_is_answered(models, name):
    edit(models / "mobilenet", leave_out(name))

    with pytest.raises(BundleInvalidError):
        LocalEngine.open(InferenceSettings(models_dir=models))


def test_a_switch_to_a_broken_bundle_keeps_the_old_one(models):
    holder = EngineHolder(lambda: LocalEngine.open(InferenceSettings(models_dir=models)))
    holder.load()
    before = holder.require()
    edit(models / "mobilenet", fill_with_nan)

    assert not holder.reload()
    assert holder.require() is before
    assert holder.unavailable_reason is None
