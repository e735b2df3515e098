"""Every setting of raiox: `RAIOX_*` variables as frozen values, no instance here.

An entry point (the command line) builds `Settings` once and hands its pieces
down. Nested names join with two underscores: `RAIOX_INTAKE__MAX_PIXELS=9000000`.
Sizes of limits and their reasons: docs/reference/settings.md.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, PositiveFloat, PositiveInt, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Backend = Literal["cpu", "cuda", "openvino"]
"""Who computes: ONNX Backend on the processor or a GPU, or OpenVINO on the processor."""


class IntakeSettings(BaseModel, frozen=True):
    """What an upload may be, and what its decoding may cost."""

    max_upload_bytes: PositiveInt = Field(25_000_000, description="Bytes of one file.")
    max_pixels: PositiveInt = Field(25_000_000, description="Pixels of one image.")
    min_side_px: PositiveInt = Field(64, description="Shortest side that is still read.")
    max_inflated_bytes: PositiveInt = Field(
        128_000_000, description="Bytes a deflated DICOM data set may unfold to."
    )
    max_jpeg_scans: PositiveInt = Field(64, description="SOS markers of one JPEG.")
    decoder_memory_bytes: PositiveInt = Field(
        512_000_000, description="Address space of a decoder."
    )
    decoder_cpu_s: PositiveInt = Field(5, description="Processor time of one decode.")
    decoder_wall_s: PositiveFloat = Field(8.0, description="Clock time of one decode.")
    allow_weak_sandbox: bool = Field(
        False,
        description="Decode even where the kernel cannot confine decoder processes completely.",
    )
    n_decoders: PositiveInt = Field(2, description="Decodes at the same time.")


class InferenceSettings(BaseModel, frozen=True):
    """Which networks answer, and with how many threads."""

    models_dir: Path | None = Field(
        None, description="Folder of bundles; default: the shipped ones."
    )
    filter_bundle: str = Field("frontal_filter", description="Bundle of the frontal filter.")
    classifier_bundle: str = Field(
        "mobilenet",
        description="Bundle of the classifier: this, or `densenet`, the paper's DenseNet.",
    )
    lungs_bundle: str = Field(
        "lungs", description="Bundle that segments the lungs; without it, nothing is said of them."
    )
    backend: Backend = Field("cpu", description="cpu, cuda (extra gpu) or openvino (its extra).")
    n_threads: PositiveInt = Field(2, description="Executors of one forward pass.")
    max_batch_size: PositiveInt = Field(8, description="Analyses a worker claims at once.")


class RecordsSettings(BaseModel, frozen=True):
    """Where analyses live, and for how long."""

    database_url: str | None = Field(
        None, description="SQLAlchemy URL; default: SQLite in data_dir."
    )
    max_queued: PositiveInt = Field(1_000, description="Analyses that may wait.")
    lease_s: PositiveFloat = Field(
        30.0, description="How long a worker may keep an analysis unseen."
    )
    max_queued_s: PositiveFloat = Field(
        3_600.0, description="Wait after which an analysis is not run."
    )
    max_attempts: PositiveInt = Field(3, description="Tries before an analysis fails as poisoned.")
    keep_images_h: float = Field(
        24.0, ge=0, description="Hours an image is kept; 0: not after its result."
    )
    keep_results_h: float = Field(24.0 * 30, ge=0, description="Hours a result is kept.")


class WebSettings(BaseModel, frozen=True):
    """How the service meets the network."""

    header_timeout_s: PositiveFloat = Field(15.0, description="Headers must be here by then.")
    body_timeout_s: PositiveFloat = Field(60.0, description="The body must be here by then.")
    max_wait_s: PositiveFloat = Field(30.0, description="Longest `Prefer: wait`.")
    analyses_per_minute: PositiveInt = Field(
        60, description="Uploads a session may send in a minute."
    )
    analyses_per_day: PositiveInt = Field(1_000, description="Uploads a session may send in a day.")
    limits: bool = Field(True, description="Whether sessions and addresses are limited.")
    session_key: SecretStr | None = Field(
        None, description="Signs cookies; default: a file in data_dir."
    )
    allow_public: bool = Field(False, description="Listen beyond this machine even without limits.")
    public_metrics: bool = Field(False, description="Show /metrics beyond this machine.")
    secure_cookies: bool = Field(
        False, description="Set behind HTTPS: the cookie travels only there."
    )
    allowed_hosts: tuple[str, ...] = Field(("*",), description="Host names answered to.")
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Addresses whose X-Forwarded-For, -Proto and -Prefix are believed."
    )
    root_path: str = Field(
        "",
        pattern=r"^(/[A-Za-z0-9._~-]+)*$",
        description="Path under which a proxy publishes the service, e.g. `/raiox`.",
    )
    cors_origins: tuple[str, ...] = Field(
        (), description="Origins whose pages may call the API, e.g. `https://pacs.example.org`."
    )


class Settings(BaseSettings):
    """All of it, read from the environment."""

    model_config = SettingsConfigDict(
        env_prefix="RAIOX_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    datasets: Path | None = Field(
        None, description="Folder that holds the data sets `chest/` and `filter/`."
    )
    data_dir: Path = Field(
        Path("var"), description="The service's own folder: database and images."
    )
    examples_dir: Path | None = Field(
        None, description="Folder of example images with `examples.json`."
    )
    intake: IntakeSettings = IntakeSettings()
    inference: InferenceSettings = InferenceSettings()
    records: RecordsSettings = RecordsSettings()
    web: WebSettings = WebSettings()
