"""Every setting of raiox: `RAIOX_*` variables as frozen values, no instance here.

An entry point (the command line) builds `Settings` once and hands its sections down. Nested
names join with two underscores: `RAIOX_INTAKE__MAX_PIXELS=9000000`; in a file the section is a
table: `max_pixels = 9000000` below `[intake]`.
"""

import math
import os
from pathlib import Path
from typing import Final, Literal

from pydantic import (
    BaseModel,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from raiox.settings.lists import Names
from raiox.settings.web import OidcSettings, WebSettings

__all__ = [
    "FilesSettings",
    "InferenceSettings",
    "IntakeSettings",
    "OidcSettings",
    "RecordsSettings",
    "Settings",
    "WebSettings",
]

Backend = Literal["cpu", "cuda", "openvino"]
"""What computes: ONNX Runtime on the processor or on an NVIDIA GPU, or OpenVINO on the processor."""

CPU_MAX: Final = Path("/sys/fs/cgroup/cpu.max")
"""Processor time of this control group: quota and period, or `max` and period (cgroup-v2.rst)."""


def n_usable_cores(cpu_max: Path = CPU_MAX) -> int:
    """Cores that this process may use, in a container as well; at least 1."""
    try:
        n_cores = len(os.sched_getaffinity(0))
    except AttributeError:  # no Linux
        n_cores = os.cpu_count() or 1
    try:
        quota, period = cpu_max.read_text().split()
        return max(1, min(n_cores, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError, ZeroDivisionError):  # no control group, or no quota
        return n_cores


class IntakeSettings(BaseModel, frozen=True, extra="forbid"):
    """What an upload may contain, and what decoding it may cost."""

    max_upload_bytes: PositiveInt = Field(
        64 * 2**20,
        description="Largest file, in bytes: 32 million pixels of 16 bits, uncompressed.",
    )
    max_pixels: PositiveInt = Field(32_000_000, description="Largest image, in pixels.")
    min_side_px: PositiveInt = Field(64, description="Shortest side that is accepted, in pixels.")
    max_inflated_bytes: PositiveInt = Field(
        128 * 2**20, description="Largest size of a deflated DICOM data set, inflated, in bytes."
    )
    max_jpeg_scans: PositiveInt = Field(
        64, description="Largest number of scans (SOS markers) in one JPEG."
    )
    decoder_memory_bytes: PositiveInt = Field(
        900_000_000, description="Address space of one decoder process, in bytes."
    )
    decoder_cpu_s: PositiveInt = Field(
        8, description="Processor time that decoding one image may take, in seconds."
    )
    decoder_wall_s: PositiveFloat = Field(
        12.0, description="Elapsed time that decoding one image may take, in seconds."
    )
    confinement: Literal["all_layers", "no_breach", "any"] = Field(
        "all_layers",
        description="What decoder processes need for the service to start and for images to be decoded: "
        "`seccomp`, `landlock` and user namespaces; that no attack gets out of what the kernel gives (a "
        "container without user namespaces); or nothing.",
    )
    n_decoders: PositiveInt = Field(2, description="Number of images decoded at the same time.")


class InferenceSettings(BaseModel, frozen=True, extra="forbid"):
    """Which networks analyse an image, and on what they compute."""

    models_dir: Path | None = Field(
        None, description="Folder that holds the bundles. By default, the shipped ones are used."
    )
    filter_bundle: str = Field(
        "frontal_filter", description="Name of the bundle of the frontal filter."
    )
    classifier_bundle: str = Field(
        "mobilenet",
        description="Name of the bundle of the classifier: `mobilenet`, or `densenet`, the "
        "network of the paper.",
    )
    lungs_bundle: str = Field(
        "lungs",
        description="Name of the bundle that segments the lungs; without it, nothing is said of "
        "them.",
    )
    trusted_keys: Names = Field(
        (),
        description="Public keys (Ed25519, base64) one of which must have signed a bundle that is "
        "installed. Without any, bundles are installed from folders of this machine only.",
    )
    backend: Backend = Field(
        "cpu",
        description="What computes: the processor, an NVIDIA GPU (`cuda`, extra `gpu`), or the "
        "processor through OpenVINO (extra `openvino`).",
    )
    n_threads: PositiveInt = Field(
        default_factory=n_usable_cores,
        description="Number of forward passes at the same time, each in one thread. By default, "
        "one per core.",
    )
    max_batch_size: PositiveInt = Field(
        8, description="Largest number of analyses that a worker processes at once."
    )


class RecordsSettings(BaseModel, frozen=True, extra="forbid"):
    """Where analyses are stored, and for how long."""

    database_url: str | None = Field(
        None,
        description="URL of the database, e.g. `postgresql://raiox@db.example.org/raiox`. By default, "
        "SQLite in RAIOX_DATA_DIR is used.",
    )
    max_queued: PositiveInt = Field(
        1_000, description="Largest number of analyses in the queue; further uploads are refused."
    )
    lease_s: PositiveFloat = Field(
        15.0,
        description="Time after which an analysis whose worker stopped answering goes to another "
        "worker, in seconds.",
    )
    max_queued_s: PositiveFloat = Field(
        3_600.0,
        description="Time in the queue after which an analysis fails instead of being run, in "
        "seconds.",
    )
    max_attempts: PositiveInt = Field(
        3,
        description="Number of processes of its own that an analysis may end before it fails.",
    )
    keep_images_h: NonNegativeFloat = Field(
        24.0,
        description="Time for which an image is kept, in hours; with 0 it is deleted as soon as "
        "its result is stored.",
    )
    max_megapixels: PositiveInt = Field(
        2_000,
        description="Size of all images that a session may keep at a time, in megapixels, which "
        "take half to one megabyte each; an image whose values are kept counts three times. An "
        "address may have ten times as much stored in a day.",
    )
    keep_values: bool = Field(
        True,
        description="Whether the values of a file of more than 8 bits are kept beside its picture, "
        "so that the viewer shows them; they take two to three times the space of the picture.",
    )
    delete_heatmaps_with_image: bool = Field(
        False, description="Whether heatmaps are deleted together with their image."
    )
    keep_results_h: NonNegativeFloat = Field(
        24.0 * 30, description="Time for which a result is kept, in hours."
    )


class FilesSettings(BaseModel, frozen=True, extra="forbid"):
    """Where images are stored, and what else is stored there."""

    url: str | None = Field(
        None,
        pattern=r"^s3://[^/]+(/.*)?$",
        description="Bucket that holds the images, as `s3://bucket/prefix` (extra `s3`); keys and "
        "endpoint come from the variables `AWS_*`. By default, a folder in RAIOX_DATA_DIR is used.",
    )
    shared: bool = Field(
        False,
        description="Whether every process that uses the database has the same RAIOX_DATA_DIR, so that "
        "images need no bucket.",
    )
    maps: bool = Field(
        False,
        description="Whether the activation maps of a result, most of its row, are stored beside "
        "the image instead of in the database.",
    )


class Settings(BaseSettings):
    """Where data lies, and the settings of every other part."""

    model_config = SettingsConfigDict(
        env_prefix="RAIOX_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    datasets: Path | None = Field(
        None,
        description="Folder that holds the data sets `chest/` and `filter/`, for training, "
        "evaluation and the page's examples.",
    )
    data_dir: Path = Field(
        Path("var"), description="The service's own folder, which holds its database and images."
    )
    examples_dir: Path | None = Field(
        None, description="Folder that holds example images and their `examples.json`."
    )
    intake: IntakeSettings = IntakeSettings()
    inference: InferenceSettings = InferenceSettings()
    records: RecordsSettings = RecordsSettings()
    files: FilesSettings = FilesSettings()
    web: WebSettings = WebSettings()
    oidc: OidcSettings = OidcSettings()
