"""The labelled images that a bundle is measured on."""

from pathlib import Path

from raiox.bundle import BundleManifest
from raiox.lab.datasets.label_mapping import LabelMapping, apply_label_mapping, read_label_mapping
from raiox.lab.datasets.manifest import (
    Sample,
    read_finding_samples,
    read_kind_samples,
    read_manifest,
)


def samples_of(
    bundle: BundleManifest,
    split: str,
    datasets: Path | None,
    manifest: Path | None = None,
    labels: Path | None = None,
) -> list[Sample]:
    """The labelled images of a split; those that name no split belong to each.

    Args:
        bundle: says what it labels.
        split: train, valid, test, or a name of the manifest's own.
        datasets: the folder that `RAIOX_DATASETS` names, read unless there is a manifest.
        manifest: labelled images of one's own.
        labels: file that maps its labels to those of the bundle.

    Raises:
        DataSetMissingError, ManifestError: they cannot be read.
    """
    if manifest is not None:
        mapping = read_label_mapping(labels) if labels else LabelMapping()
        samples = read_manifest(manifest, mapping.columns)
        samples = apply_label_mapping(samples, mapping, bundle.labels)
    elif bundle.role == "frontal_filter":
        samples = read_kind_samples(datasets)
    else:
        samples = read_finding_samples(datasets)
    return [sample for sample in samples if sample.split in (split, "")]
