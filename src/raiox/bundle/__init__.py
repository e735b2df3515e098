"""A model folder: its manifest, its checksums, the promise that nothing else is served."""

from raiox.bundle.folder import Bundle, add_to_bundle, open_bundle, write_bundle
from raiox.bundle.manifest import (
    MANIFEST_FILE,
    MODEL_FILE,
    REPORT_FILE,
    AbnormalFirst,
    Adaptation,
    BundleManifest,
    DataSource,
    OperatingPoint,
    Quantization,
    Training,
)

__all__ = [
    "MANIFEST_FILE",
    "MODEL_FILE",
    "REPORT_FILE",
    "AbnormalFirst",
    "Adaptation",
    "Bundle",
    "BundleManifest",
    "DataSource",
    "OperatingPoint",
    "Quantization",
    "Training",
    "add_to_bundle",
    "open_bundle",
    "write_bundle",
]
