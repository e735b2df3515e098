"""A probe context without a bundle: drawn images, and a network that reads one spot of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from drawn_predictions import bundle_of, draw_predictions

from raiox.entities import Radiograph
from raiox.lab.evaluation.probes import ProbeContext
from raiox.vocabulary import FINDINGS

LABELS = tuple(map(str, FINDINGS))
SPOTS = {"centre": (slice(12, 20), slice(12, 20)), "corner": (slice(0, 6), slice(0, 6))}


class SpotSession:
    """COVID-19 by how bright a spot is, opacities by how middling; maps are the image itself."""

    def __init__(self, spot: str) -> None:
        self._spot = SPOTS[spot]

    def run(self, images: np.ndarray) -> dict[str, np.ndarray]:
        bright = images[:, 0, *self._spot].mean(axis=(1, 2))
        logits = np.stack([-6 * bright, -6 * np.abs(bright), 6 * bright], axis=1)
        maps = np.repeat(images[:, :, ::2, ::2], 3, axis=1)
        maps[:, 1] += images[:, 0, ::2, ::2]
        embedding = images.reshape(len(images), -1)[:, ::64]
        return {"logits": logits, "maps": maps, "embedding": embedding}


class SpotContext(ProbeContext):
    """A context whose network is a `SpotSession`."""

    spot = "centre"

    @property
    def session(self) -> SpotSession:
        return SpotSession(self.spot)


MASK = 9
"""Instead of a label: the centre in white on black."""


def draw_pixels(label: int, seed: int, side: int = 40) -> np.ndarray:
    """Noise around gray, with a centre as bright as the label's index."""
    pixels = np.random.default_rng(seed).normal(90, 10, (side, side)) * (label != MASK)
    pixels[side // 3 : -side // 3, side // 3 : -side // 3] = 30 + 90 * label
    return pixels.clip(0, 255).astype(np.uint8)


def read(content: bytes) -> Radiograph:
    """The content of a file is its label and seed."""
    label, seed = map(int, content.split())
    return Radiograph(draw_pixels(label, seed), "0" * 64, "png")


def make_context(folder: Path, spot: str = "centre", n: int = 60) -> SpotContext:
    """N images on disk, as short as their label and seed."""
    predictions = draw_predictions(LABELS, n)
    samples = []
    for i, sample in enumerate(predictions.samples):
        file = folder / sample.path.name
        file.write_text(f"{predictions.labels[i]} {i}")
        samples.append(replace(sample, path=file))
    predictions = replace(predictions, samples=samples)
    context = SpotContext(bundle_of(), predictions, read, 1, n, None, "valid")
    object.__setattr__(context, "spot", spot)
    return context


def values(
    probe: Callable[[ProbeContext], Iterator[object]], context: ProbeContext
) -> dict[str, float]:
    """The values of a probe's metrics, by key."""
    return {metric.key: metric.estimate.value for metric in probe(context)}
