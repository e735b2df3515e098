"""How far evidence extends over the lungs, against a radiologist's box.

The box is that of one opacity; there may have been more. So this measures whether larger boxes have
larger extents and whether both lie on one side, not whether the extent is right.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from raiox.entities import FloatArray, Prediction, Radiograph
from raiox.inference.classifier import Classifier
from raiox.inference.lung_fields import LungFields, Mask, Zone
from raiox.inference.lungs import LungSegmenter
from raiox.lab.aliases import Floats
from raiox.lab.datasets.opacity_boxes import Box, find_boxes
from raiox.lab.evaluation.probes.context import ProbeContext
from raiox.lab.evaluation.report.reported_metrics import Metrics, ReportedMetric, named
from raiox.lab.metrics.intervals import bootstrap_estimate, proportion
from raiox.lab.metrics.ranking import rank_correlation
from raiox.vocabulary import Finding

SIDES: tuple[Zone, Zone] = ("right", "left")
THIRDS: tuple[Zone, Zone, Zone] = ("upper", "middle", "lower")


@dataclass(frozen=True, slots=True, eq=False)
class BoxedLungs:
    """One image's lungs, its evidence and its box, on the same cells."""

    zones: Mapping[Zone, Mask]
    extent: dict[str, float]
    box: Mask

    @property
    def boxed(self) -> float:
        """Share of the lungs inside the box."""
        return float(self.box[self.zones["lungs"]].mean())

    def agrees(self, zones: tuple[Zone, ...]) -> bool:
        """Whether evidence and box take most of the same zone."""
        of_box = {zone: int((self.box & self.zones[zone]).sum()) for zone in zones}
        extent = {zone: self.extent[zone] for zone in zones}
        return max(of_box, key=of_box.__getitem__) == max(extent, key=extent.__getitem__)


def extent_metrics(context: ProbeContext, chosen: np.ndarray) -> Metrics:
    """Correlation of the extent of Lung Opacity with the box, and agreement on side and third.

    Args:
        context: the bundle, and the network of the lungs.
        chosen: indices of the samples with a box.
    """
    kept, found = [], []
    for index, boxed in zip(chosen, _boxed_lungs(context, chosen), strict=True):
        if boxed is not None:
            kept.append(index)
            found.append(boxed)
    if not found:
        return
    extents = np.array([one.extent["lungs"] for one in found])
    boxes = np.array([one.boxed for one in found])
    yield _correlation(extents, boxes, context.predictions.groups[kept])
    for key, zones in (("side", SIDES), ("third", THIRDS)):
        agreeing = proportion(sum(one.agrees(zones) for one in found), len(found))
        yield ReportedMetric(f"extent.{key}", "saliency", named(f"extent.{key}"), agreeing)


def _correlation(extents: Floats, boxes: Floats, groups: np.ndarray) -> ReportedMetric:
    estimate = bootstrap_estimate(
        lambda drawn: rank_correlation(extents[drawn], boxes[drawn]), groups
    )
    return ReportedMetric("extent.boxes", "saliency", named("extent.boxes"), estimate)


def _boxed_lungs(context: ProbeContext, chosen: np.ndarray) -> Iterator[BoxedLungs | None]:
    """For each sample; None where no two lungs are found."""
    if context.lungs is None:
        yield from [None] * len(chosen)
        return
    segmenter = LungSegmenter(context.lungs, context.n_threads)
    classifier = Classifier(context.bundle, context.n_threads)
    boxes = find_boxes(context.datasets)
    samples = [context.predictions.samples[i] for i in chosen]
    for sample, (pixels, seen) in zip(samples, context.iter_contents(samples), strict=True):
        radiograph = Radiograph(pixels, "", "")
        prediction = classifier.predict([radiograph])[0]
        fields = LungFields.of(segmenter.segment([radiograph])[0])
        zones = fields.zones
        if not zones or not isinstance(prediction, Prediction):
            yield None
            continue
        opacity = prediction.activation_maps[context.labels.index(Finding.LUNG_OPACITY)]
        x, y, width, height = boxes[sample.path]
        box = _box_over((x - seen.left, y - seen.top, width, height), pixels.shape, opacity)
        yield BoxedLungs(zones, fields.extent(opacity), box)


def _box_over(box: Box, shape: tuple[int, ...], cells: FloatArray) -> Mask:
    """The cells of a map over the image that a box in pixels touches."""
    (height, width), (rows, columns) = shape, cells.shape
    x, y, box_width, box_height = box
    mask = np.zeros(cells.shape, np.bool_)
    top, bottom = y * rows / height, (y + box_height) * rows / height
    left, right = x * columns / width, (x + box_width) * columns / width
    mask[max(0, int(top)) : int(np.ceil(bottom)), max(0, int(left)) : int(np.ceil(right))] = True
    return mask
