"""What the splits of a data set share and should not: patients, groups, images.

A network that met a test patient in training is tested on its memory. Every kind
of overlap is counted separately, because they weigh differently: the same image gives
the answer, another radiograph of the patient only hints at it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from pathlib import PurePath

from raiox.lab.aliases import Progress
from raiox.lab.audit.fingerprints import Fingerprints
from raiox.lab.audit.near_duplicates import near_identical
from raiox.lab.datasets.split_manifest import SplitManifest


class OverlapKind(StrEnum):
    """How images of two splits belong together, the plainest first."""

    PATIENT = "patient"
    GROUP = "group"
    SAME_FILE = "same_file"
    SAME_PIXELS = "same_pixels"
    NEAR_IDENTICAL = "near_identical"
    LOOK_ALIKE = "look_alike"
    FILE_STEM = "file_stem"


ANY = "any"
"""In a count: of all kinds together, each image counted once."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Images of more than one split that belong together."""

    kind: OverlapKind
    images: tuple[int, ...]
    """Indices into the images of the split manifest."""
    distance: float = 0.0
    """Of near-identical images and look-alikes; see `near_duplicates.Copy`."""
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class OverlapCount:
    """How much of one kind lies in two splits at once."""

    kind: str
    first_split: str
    second_split: str
    n_first: int
    """Images of the first split that have a partner in the second."""
    n_second: int
    n_patients: int
    """Known patients of all these images."""
    share_of_second: float
    """`n_second` as a share of all images of the second split."""


def find_leaks(
    split_manifest: SplitManifest,
    prints: Fingerprints,
    *,
    stems: bool = False,
    progress: Progress = iter,
) -> list[Overlap]:
    """Find everything that spans splits.

    `same_pixels` holds `same_file` too; `near_identical` and `look_alike` hold neither.

    Args:
        split_manifest: names the images and their splits.
        prints: of these images, in the same order.
        stems: whether equal file names of different patients count.
        progress: wraps the blocks of the search for near-identical images.
    """
    images = split_manifest.images
    splits = [image.split for image in images]
    found = [
        *_equal(OverlapKind.PATIENT, [image.patient_id for image in images], splits),
        *_equal(OverlapKind.GROUP, [image.group_id for image in images], splits),
        *_equal(OverlapKind.SAME_FILE, prints.files, splits),
        *_equal(OverlapKind.SAME_PIXELS, prints.pixels, splits),
        *_alike(prints, splits, progress),
    ]
    if stems:
        names = [PurePath(image.name).stem for image in images]
        found += [
            shared
            for shared in _equal(OverlapKind.FILE_STEM, names, splits)
            if len({images[i].patient_id for i in shared.images}) > 1
        ]
    return found


def count(split_manifest: SplitManifest, found: Sequence[Overlap]) -> list[OverlapCount]:
    """Counts by kind and by pair of splits; those of zero are left out, `ANY` comes last."""
    kinds: dict[str, list[Overlap]] = {
        kind: [s for s in found if s.kind == kind] for kind in OverlapKind
    }
    kinds[ANY] = list(found)
    pairs = list(combinations(split_manifest.splits, 2))
    counts = [
        _count(kind, first, second, split_manifest, shared)
        for kind, shared in kinds.items()
        for first, second in pairs
    ]
    return [one for one in counts if one.n_second]


def affected_images(
    split_manifest: SplitManifest, found: Sequence[Overlap], first: str, second: str
) -> tuple[set[int], set[int]]:
    """Images of both splits that have a partner in the other."""
    lefts: set[int] = set()
    rights: set[int] = set()
    for shared in found:
        by_split = _by_split(split_manifest, shared.images)
        if first in by_split and second in by_split:
            lefts.update(by_split[first])
            rights.update(by_split[second])
    return lefts, rights


def pairs_of(split_manifest: SplitManifest, shared: Overlap) -> Iterator[tuple[int, int]]:
    """Pairs across splits in which every image stands at least once, no more than needed.

    All pairs would be quadratic: a patient with a hundred images per split takes a
    hundred lines, not ten thousand.
    """
    by_split = _by_split(split_manifest, shared.images)
    order = [split for split in split_manifest.splits if split in by_split]
    for first, second in combinations(order, 2):
        left, right = by_split[first], by_split[second]
        for k in range(max(len(left), len(right))):
            yield left[min(k, len(left) - 1)], right[min(k, len(right) - 1)]


def _equal(kind: OverlapKind, keys: Sequence[str], splits: Sequence[str]) -> Iterator[Overlap]:
    members: defaultdict[str, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        if key:
            members[key].append(i)
    for found in members.values():
        if len({splits[i] for i in found}) > 1:
            yield Overlap(kind, tuple(found))


def _alike(prints: Fingerprints, splits: Sequence[str], progress: Progress) -> Iterator[Overlap]:
    """Copies and look-alikes among the different pictures of each split."""
    once = {(prints.pixels[i], split): i for i, split in enumerate(splits) if prints.pixels[i]}
    places = sorted(once.values())
    seen = [splits[i] for i in places]
    for copy in near_identical(prints.thumbnails[places], seen, progress):
        pair = places[copy.first], places[copy.second]
        if prints.pixels[pair[0]] != prints.pixels[pair[1]]:
            kind = OverlapKind.NEAR_IDENTICAL if copy.certain else OverlapKind.LOOK_ALIKE
            yield Overlap(kind, pair, copy.distance, copy.mirrored)


def _count(
    kind: str, first: str, second: str, split_manifest: SplitManifest, found: Sequence[Overlap]
) -> OverlapCount:
    lefts, rights = affected_images(split_manifest, found, first, second)
    patients = {split_manifest.images[i].patient_id for i in lefts | rights} - {""}
    share = len(rights) / split_manifest.splits[second]
    return OverlapCount(kind, first, second, len(lefts), len(rights), len(patients), share)


def _by_split(split_manifest: SplitManifest, images: Sequence[int]) -> dict[str, list[int]]:
    by_split: defaultdict[str, list[int]] = defaultdict(list)
    for i in images:
        by_split[split_manifest.images[i].split].append(i)
    return dict(by_split)
