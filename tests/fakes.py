"""Stand-ins for the engine and the intake: small, deterministic, without a network or a sandbox."""

import hashlib
import io
import threading
import time
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image, UnidentifiedImageError

from raiox.entities import (
    EngineResult,
    FilterResult,
    LungOcclusion,
    ModelIdentity,
    OperatingPoint,
    PixelValues,
    Prediction,
    Radiograph,
    Rejection,
    ValueScale,
)
from raiox.errors import RaioxError
from raiox.inference.errors import LungsNotFoundError
from raiox.intake.errors import EmptyUploadError, NotAnImageError
from raiox.vocabulary import FINDINGS, ImageKind

MODELS = {
    "frontal_filter": ModelIdentity("fake_filter", "f" * 64),
    "classifier": ModelIdentity(
        "fake_classifier",
        "c" * 64,
        {"covid19": OperatingPoint(0.3, 0.9, 0.8)},
        labels=tuple(map(str, FINDINGS)),
    ),
}
BRIGHT = 200
"""Images brighter than this are no radiographs to the fake engine."""


class FakeEngine:
    """Answers from the mean of the pixels; dark and middling images are radiographs."""

    def __init__(self, delay_s: float = 0.0, error: Exception | None = None) -> None:
        self._delay_s = delay_s
        self._error = error
        self.go = threading.Event()
        self.go.set()
        self.batches: list[int] = []

    @property
    def models(self) -> Mapping[str, ModelIdentity]:
        return MODELS

    @property
    def is_running(self) -> bool:
        return True

    def predict(self, radiographs: Sequence[Radiograph]) -> list[EngineResult | RaioxError]:
        self.batches.append(len(radiographs))
        self.go.wait()
        time.sleep(self._delay_s)
        if self._error is not None:
            raise self._error
        return [result_of(radiograph) for radiograph in radiographs]

    def occlude_lungs(self, radiographs: Sequence[Radiograph]) -> list[LungOcclusion | RaioxError]:
        """A quarter of each score is left."""
        return [occlusion_of(radiograph) for radiograph in radiographs]


def occlusion_of(radiograph: Radiograph) -> LungOcclusion | RaioxError:
    prediction = result_of(radiograph).prediction
    if prediction is None:
        return LungsNotFoundError()
    without = {finding: score / 4 for finding, score in prediction.scores.items()}
    return LungOcclusion(prediction.scores, without)


def result_of(radiograph: Radiograph) -> EngineResult:
    mean = float(radiograph.pixels.mean())
    if mean > BRIGHT:
        filter_result = FilterResult(frontal=0.02, kind=ImageKind.DOCUMENT, accepted=False)
        return EngineResult(
            filter_result, Rejection("document_image"), None, MODELS, {"filter": 1.0}
        )
    share = mean / 255
    scores = dict(zip(map(str, FINDINGS), (1 - share, share * 0.75, share * 0.25), strict=True))
    maps = np.linspace(0, 1, 3 * 7 * 7, dtype=np.float32).reshape(3, 7, 7)
    lungs = np.zeros((7, 7), np.float32)
    lungs[1:6, 1:3] = lungs[1:6, 4:6] = 1
    prediction = Prediction(
        scores=scores,
        finding=max(FINDINGS, key=lambda finding: scores[finding]),
        findings_set=(max(FINDINGS, key=lambda finding: scores[finding]),),
        activation_maps=maps,
        embedding=np.full(16, share, np.float32),
        embedding_xyz=(0.1, 0.2, 0.3),
        evidence_in_lungs=dict.fromkeys(scores, 0.5),
        lung_extent={finding: {"lungs": 0.4, "right": 0.3, "left": 0.5} for finding in scores},
        lungs=lungs,
    )
    filter_result = FilterResult(frontal=0.99, kind=ImageKind.FRONTAL, accepted=True)
    return EngineResult(filter_result, None, prediction, MODELS, {"filter": 1.0, "classifier": 2.0})


class FakeIntake:
    """Pillow without a sandbox; counts what it reads."""

    def __init__(self, delay_s: float = 0.0) -> None:
        self._delay_s = delay_s
        self.n_loaded = 0

    def load(self, content: bytes, sha256: str | None = None) -> Radiograph:
        self.n_loaded += 1
        time.sleep(self._delay_s)
        if not content:
            raise EmptyUploadError
        try:
            with Image.open(io.BytesIO(content)) as image:
                source_format = str(image.format).lower()
                samples = np.asarray(image) if image.mode == "I;16" else None
                shades = image.convert("L") if samples is None else samples >> 8
                pixels = np.asarray(shades, np.uint8)
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
            raise NotAnImageError from None
        scale = ValueScale(1.0, 0.0, 0.0, 65_535.0)
        return Radiograph(
            pixels.copy(),
            sha256 or hashlib.sha256(content).hexdigest(),
            source_format,
            values=None if samples is None else PixelValues(samples, scale),
        )

    def require_confinement(self) -> None:
        """There is no sandbox to be weak."""

    def weaknesses(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return (), ()

    def close(self) -> None:
        """Nothing to end."""


class FakeClock:
    """Time that moves when it is moved; it begins in the past, so files made now are never old."""

    def __init__(self, now: float = 1_600_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += seconds


def deep_png(side_px: int = 64) -> bytes:
    """A gray image of 16 bits."""
    pixels = np.arange(side_px**2, dtype=np.uint16).reshape(side_px, side_px) * 7
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def png(mean: int = 100, side_px: int = 64, mark: int = 0) -> bytes:
    """A gray image; `mark` makes it another file with nearly the same pixels."""
    pixels = np.full((side_px, side_px), mean, np.uint8)
    pixels[0, 0] = mark % 256
    pixels[0, 1] = mark // 256
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
