"""An audit of a split as people and programs read it: Markdown, JSON and CSV."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from raiox.lab.audit.fingerprints import Fingerprints
from raiox.lab.audit.overlap import ANY, Overlap, OverlapKind, affected_images, count, pairs_of
from raiox.lab.datasets.split_manifest import SplitManifest
from raiox.lab.tables import Table
from raiox.lab.tables import to_markdown as to_pipes
from raiox.vocabulary import NOTICE

N_EXAMPLES: Final = 12
"""Pairs named of each kind; all of them stand in the CSV."""
N_COPIES: Final = 100
"""Pairs named of the kinds that are found by looking: each wants a look."""

MEANING: Final = {
    OverlapKind.PATIENT: "images of one patient (`patient_id`)",
    OverlapKind.GROUP: "linked images (`group_id`)",
    OverlapKind.SAME_FILE: "the same file, byte for byte",
    OverlapKind.SAME_PIXELS: "the same pixels once decoded (same files included)",
    OverlapKind.NEAR_IDENTICAL: "copies: resized, re-encoded, cropped by 3 %, other gray levels, inverted, "
    "mirrored",
    OverlapKind.LOOK_ALIKE: "radiographs so alike that they are most often of one patient; look at them",
    OverlapKind.FILE_STEM: "the same file name under another patient",
}


@dataclass(frozen=True, slots=True)
class Audit:
    """A split manifest, what was read of its images and what its splits share."""

    command: str
    """What a reader types to see the same."""
    split_manifest: SplitManifest
    prints: Fingerprints
    found: Sequence[Overlap]


def to_json(audit: Audit) -> dict[str, Any]:
    """The counts as one object; the pairs are in the CSV."""
    return {
        "notice": NOTICE,
        "command": audit.command,
        "splits": audit.split_manifest.splits,
        "n_left_out": audit.split_manifest.n_left_out,
        "unread": dict(Counter(code for code in audit.prints.refusals if code)),
        "leaks": [asdict(one) for one in count(audit.split_manifest, audit.found)],
        "by_dataset": [dict(zip(_KEYS, row, strict=True)) for row in _by_dataset(audit)],
    }


def to_markdown(audit: Audit) -> str:
    """The command, the verdict, the tables and examples by name."""
    splits = ", ".join(f"{split} {n}" for split, n in audit.split_manifest.splits.items())
    kept = f"{splits or 'No image in any split'}; {audit.split_manifest.n_left_out} rows left out (no split)."
    lines = ["# What the splits of a manifest share\n", f"    {audit.command}\n"]
    lines += [f"{NOTICE['en']}\n", kept, _unread(audit)]
    if audit.found:
        lines += [to_pipes(_kinds(audit)), to_pipes(_datasets(audit)), *_examples(audit)]
    else:
        lines.append("Nothing spans two splits.\n")
    return "\n".join(lines)


def to_csv(audit: Audit) -> str:
    """One line per pair; each image concerned stands in at least one pair of its kind."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["kind", "image_a", "split_a", "image_b", "split_b", "distance", "mirrored"])
    for shared in audit.found:
        for a, b in _pairs(audit, shared):
            writer.writerow([shared.kind, *a, *b, f"{shared.distance:.4f}", int(shared.mirrored)])
    return file.getvalue()


_KEYS: Final = ("kind", "dataset", "images", "affected", "fraction")
_TITLES: Final = ("kind", "data set", "images", "affected", "fraction")


def _kinds(audit: Audit) -> Table:
    rows = tuple(
        (t.kind, f"{t.first_split} / {t.second_split}", str(t.n_first), str(t.n_second),
         f"{t.share_of_second:.1%}", str(t.n_patients))
        for t in count(audit.split_manifest, audit.found)
    )  # fmt: skip
    columns = ("kind", "splits", "images of the first", "images of the second",
               "fraction of the second", "patients")  # fmt: skip
    return Table("Overlap between splits", columns, rows)


def _datasets(audit: Audit) -> Table:
    rows = tuple(
        (kind, dataset, str(n), str(hit), f"{share:.1%}")
        for kind, dataset, n, hit, share in _by_dataset(audit)
    )
    first, tested = audit.split_manifest.train_and_test
    return Table(
        f"Images of `{tested}` with a counterpart in `{first}`, by data set", _TITLES, rows
    )


def _by_dataset(audit: Audit) -> list[tuple[str, str, int, int, float]]:
    """Of the tested split: kind, data set, its images, those with a partner in the first split."""
    split_manifest = audit.split_manifest
    if not audit.found:
        return []
    first, tested = split_manifest.train_and_test
    totals = Counter(image.dataset for image in split_manifest.images if image.split == tested)
    rows = []
    for kind in (*OverlapKind, ANY):
        shared = [s for s in audit.found if kind in (s.kind, ANY)]
        _, images = affected_images(split_manifest, shared, first, tested)
        hit = Counter(split_manifest.images[i].dataset for i in images)
        rows += [
            (str(kind), dataset or "all", n, hit[dataset], hit[dataset] / n)
            for dataset, n in sorted(totals.items())
            if hit[dataset]
        ]
    return rows


def _unread(audit: Audit) -> str:
    refused = [
        (image.name, code)
        for image, code in zip(audit.split_manifest.images, audit.prints.refusals, strict=True)
        if code
    ]
    if not refused:
        return "Every image was read.\n"
    named = ", ".join(f"`{name}` ({code})" for name, code in refused[:N_EXAMPLES])
    more = f" and {len(refused) - N_EXAMPLES} more" if len(refused) > N_EXAMPLES else ""
    return f"{len(refused)} images could not be read and were not compared: {named}{more}.\n"


def _examples(audit: Audit) -> Iterator[str]:
    for kind in OverlapKind:
        pairs = [(pair, s) for s in audit.found if s.kind == kind for pair in _pairs(audit, s)]
        if not pairs:
            continue
        yield f"**{kind}**: {MEANING[kind]}; {len(pairs)} pairs\n"
        by_looking = kind in {OverlapKind.NEAR_IDENTICAL, OverlapKind.LOOK_ALIKE}
        for (a, b), shared in pairs[: N_COPIES if by_looking else N_EXAMPLES]:
            mirror = ", mirrored" if shared.mirrored else ""
            near = f", distance {shared.distance:.3f}{mirror}" if shared.distance else ""
            yield f"- `{a[0]}` ({a[1]}) and `{b[0]}` ({b[1]}){near}"
        yield ""


def _pairs(audit: Audit, shared: Overlap) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Name and split of both images."""
    images = audit.split_manifest.images
    for a, b in pairs_of(audit.split_manifest, shared):
        yield (images[a].name, images[a].split), (images[b].name, images[b].split)
