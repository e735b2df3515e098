"""A bundle is served as it was sealed, or not at all."""

from pathlib import Path

import pytest

from raiox.bundle import BundleManifest, Training, open_bundle, write_bundle
from raiox.bundle.errors import BundleChecksumError, BundleInvalidError, BundleMissingError
from raiox.preprocessing import Preprocessing


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    manifest = BundleManifest(
        id="drawn-1",
        role="frontal_filter",
        labels=("frontal", "natural"),
        preprocessing=Preprocessing(side_px=32, fit="stretch"),
        temperature=1.0,
        operating_points={},
        licence="none",
        training=Training(
            recipe="drawn",
            seed=0,
            code_version="0",
            data_sha256="0",
            started_from="nothing",
            sources=(),
        ),
        files={},
    )
    folder = tmp_path / "drawn"
    write_bundle(folder, manifest, {"model.onnx": b"weights" * 100, "card.md": b"# card"})
    return folder


def test_opens_what_was_written(sealed: Path) -> None:
    bundle = open_bundle(sealed)

    assert bundle.model == b"weights" * 100
    assert bundle.sha256 == bundle.manifest.files["model.onnx"]


def test_replaces_an_older_bundle_whole(sealed: Path) -> None:
    manifest = open_bundle(sealed).manifest

    write_bundle(sealed, manifest, {"model.onnx": b"newer"})

    assert open_bundle(sealed).model == b"newer"
    assert sorted(p.name for p in sealed.iterdir()) == ["manifest.json", "model.onnx"]
    assert [p.name for p in sealed.parent.iterdir()] == ["drawn"]


@pytest.mark.parametrize("offset", [0, 350, 699])
def test_refuses_a_model_with_one_flipped_bit(sealed: Path, offset: int) -> None:
    content = bytearray((sealed / "model.onnx").read_bytes())
    content[offset] ^= 1
    (sealed / "model.onnx").write_bytes(content)

    with pytest.raises(BundleChecksumError) as refusal:
        open_bundle(sealed)

    assert refusal.value.facts == {"bundle": "drawn", "file": "model.onnx"}


@pytest.mark.parametrize("content", [b"", b"weights"])
def test_refuses_an_empty_or_truncated_model(sealed: Path, content: bytes) -> None:
    (sealed / "model.onnx").write_bytes(content)

    with pytest.raises(BundleChecksumError):
        open_bundle(sealed)


def test_refuses_a_changed_card(sealed: Path) -> None:
    (sealed / "card.md").write_text("# better figures")

    with pytest.raises(BundleChecksumError):
        open_bundle(sealed)


def test_separates_a_missing_model_from_a_missing_folder(sealed: Path) -> None:
    (sealed / "model.onnx").unlink()

    with pytest.raises(BundleMissingError):
        open_bundle(sealed)
    with pytest.raises(BundleMissingError):
        open_bundle(sealed.parent / "nowhere")


def test_refuses_a_manifest_that_breaks_its_schema(sealed: Path) -> None:
    text = (sealed / "manifest.json").read_text()
    (sealed / "manifest.json").write_text(text.replace('"temperature": 1.0', '"temperature": -1.0'))

    with pytest.raises(BundleInvalidError):
        open_bundle(sealed)


def test_never_reads_outside_its_folder(sealed: Path) -> None:
    (sealed.parent / "secret").write_bytes(b"secret")
    text = (sealed / "manifest.json").read_text()
    (sealed / "manifest.json").write_text(text.replace('"card.md"', '"../secret"'))

    with pytest.raises(BundleInvalidError):
        open_bundle(sealed)
