"""Options and arguments that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from raiox.cli.language import choose_language
from raiox.vocabulary import LANGUAGES


class CsvDialect(StrEnum):
    """How a table is written."""

    STANDARD = "standard"
    """Commas, decimal points, UTF-8: RFC 4180."""
    EXCEL = "excel"
    """Semicolons, decimal commas and a byte-order mark, as Excel opens it in Portuguese."""

    @property
    def delimiter(self) -> str:
        """What separates cells."""
        return ";" if self is CsvDialect.EXCEL else ","


class PartFormat(StrEnum):
    """How a part of a batch is written; also its suffix."""

    CSV = "csv"
    PARQUET = "parquet"


class JobEngine(StrEnum):
    """What runs the processes of a command."""

    LOCAL = "local"
    RAY = "ray"


Jobs = Annotated[
    int, typer.Option(min=1, help="Processes at a time on this machine; they share the threads.")
]
Engine = Annotated[
    JobEngine, typer.Option(help="What runs the processes: this machine, or Ray (extra ray).")
]
RayAddress = Annotated[
    str | None,
    typer.Option(help="Of a Ray cluster that exists. Default: one of this machine's own."),
]
GpusPerRun = Annotated[
    float, typer.Option(min=0.05, help="GPUs of each run on Ray, such as 0.5 for two on one.")
]

DataDir = Annotated[
    Path | None,
    typer.Option(help="The service's own folder: database and images. Default: RAIOX_DATA_DIR."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
SpokenLanguage = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="|".join(LANGUAGES),
        callback=choose_language,
        is_eager=True,
        help="Language of messages and reasons. Default: that of the terminal (LANG).",
    ),
]

RecipeFile = Annotated[Path, typer.Argument(help="A recipe: a file of recipes/, or FILE.py:NAME.")]
RecipeFiles = Annotated[
    list[Path], typer.Argument(help="Recipes: files of recipes/, or FILE.py:NAME.")
]
Seed = Annotated[
    int, typer.Option(min=0, help="Seed of initial weights, sampling and augmentation.")
]
HoldOut = Annotated[
    list[str], typer.Option(help="Leave this data set out of training. Repeatable.")
]
Runs = Annotated[Path, typer.Option(help="Folder that holds one folder per run.")]
ImageNet = Annotated[
    Path | None,
    typer.Option(help="ImageNet weights (safetensors): MobileNet v1 of timm, or DenseNet-121."),
]
FromBundle = Annotated[
    Path | None,
    typer.Option("--bundle", help="Bundle whose network a recipe with init `bundle` starts from."),
]
Device = Annotated[str, typer.Option(help="Device to train on: cpu or gpu.")]
NDevices = Annotated[int, typer.Option(min=1, help="Number of GPUs that share each batch.")]
Deterministic = Annotated[
    bool, typer.Option(help="Refuse operations whose result may differ from run to run.")
]
StoredPredictions = Annotated[
    Path | None,
    typer.Option(
        "--predictions", help="Folder of stored predictions: read where they are, else written."
    ),
]
Manifest = Annotated[
    Path | None,
    typer.Option(
        help="CSV with the columns image and label (optional: source, group_id, split, view, sex, "
        "age), or a folder with one folder per label. Default: the data sets of RAIOX_DATASETS."
    ),
]
LabelMappingFile = Annotated[
    Path | None,
    typer.Option(help="TOML or CSV that maps the manifest's labels to those of the bundle."),
]
