"""The commands of raiox and their help; what they do lies one file a command beside this."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from raiox import __version__
from raiox.cli.measure import evaluate
from raiox.vocabulary import NOTICE

app = typer.Typer(
    name="raiox",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="markdown",
    help=f"Reads chest radiographs. **{NOTICE['en']}** {NOTICE['pt']}",
)


def main() -> None:
    """Entry point of the `raiox` command."""
    app()


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of database and images (default: var).")
    ] = None,
) -> None:
    """Start the page and the API.

    Example: `raiox serve --port 8000 --data-dir /var/lib/raiox`
    """
    from raiox.cli.serve import serve as run

    run(host, port, data_dir)


@app.command()
def predict(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders: images and DICOM.")],
    json_lines: Annotated[
        bool, typer.Option("--json", help="One JSON object a line (the default).")
    ] = False,
    csv: Annotated[Path | None, typer.Option(help="Write a table here instead.")] = None,
    heatmaps: Annotated[
        Path | None, typer.Option(help="Write a PNG for each image and finding here.")
    ] = None,
) -> None:
    """Read radiographs without a service.

    Exit status: 0 all analysed, 1 some rejected or failed, 2 usage.

    Examples: `raiox predict film.png` · `raiox predict study/ --csv scores.csv --heatmaps maps/`
    """
    from raiox.cli.predict import predict as run

    if json_lines and csv is not None:
        raise typer.BadParameter("--json and --csv exclude each other")
    raise typer.Exit(run(paths, csv, heatmaps))


RecipeFile = Annotated[Path, typer.Argument(help="A file of recipes/, or FILE.py:NAME.")]
RecipeFiles = Annotated[list[Path], typer.Argument(help="Files of recipes/, or FILE.py:NAME.")]
HoldOut = Annotated[
    list[str], typer.Option(help="A data set to leave out; again for more at once.")
]
Runs = Annotated[Path, typer.Option(help="Folder of run folders.")]
ImageNet = Annotated[
    Path | None, typer.Option(help="ImageNet weights: MobileNet v1 (timm) or DenseNet-121.")
]
FromBundle = Annotated[
    Path | None,
    typer.Option("--bundle", help="Bundle that a recipe with init `bundle` goes on from."),
]
Device = Annotated[str, typer.Option(help="cpu or gpu.")]
NDevices = Annotated[int, typer.Option(help="GPUs that share each batch.")]
Deterministic = Annotated[
    bool, typer.Option(help="Refuse computations that differ from run to run.")
]


@app.command()
def train(
    recipe: RecipeFile,
    seed: Annotated[int, typer.Option(help="Of weights, draws and augmentation.")] = 0,
    resume: Annotated[bool, typer.Option(help="Go on from the last checkpoint.")] = False,
    hold_out: HoldOut = [],  # noqa: B006 - typer reads it, nobody writes to it
    runs: Runs = Path("runs"),
    imagenet: ImageNet = None,
    bundle: FromBundle = None,
    device: Device = "cpu",
    n_devices: NDevices = 1,
    deterministic: Deterministic = False,
) -> None:
    """Train a network by a recipe; needs the `train` extra and RAIOX_DATASETS.

    Example: `raiox train recipes/frontal_filter.py --imagenet mobilenetv1_100_tf_in1k.safetensors`
    """
    from raiox.cli.train import TrainingOptions
    from raiox.cli.train import train as run

    options = TrainingOptions(runs, imagenet, bundle, device, n_devices, deterministic)
    run(recipe, seed, resume, hold_out, options)


@app.command()
def repeat(
    recipe: RecipeFile,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds 0 to N-1; the finished are kept.")],
    jobs: Annotated[int, typer.Option(min=1, help="Seeds at a time; they share the threads.")] = 1,
    engine: Annotated[
        Literal["local"], typer.Option(help="Who trains: this machine, the only one so far.")
    ] = "local",
    hold_out: HoldOut = [],  # noqa: B006 - typer reads it, nobody writes to it
    out: Annotated[
        Path | None, typer.Option(help="Folder of tables and figures (default: RUNS/NAME-repeats).")
    ] = None,
    runs: Runs = Path("runs"),
    imagenet: ImageNet = None,
    bundle: FromBundle = None,
    device: Device = "cpu",
    n_devices: NDevices = 1,
    deterministic: Deterministic = False,
) -> None:
    """Train a recipe with many seeds, open `test`, tell mean, spread and sampling error.

    Interrupted, the same command goes on; at most one epoch of a seed is lost.

    Example: `raiox repeat recipes/paper/stage2.py --seeds 50 --device gpu`
    """
    from raiox.cli.repeat import repeat as run
    from raiox.cli.train import TrainingOptions

    del engine  # typer refuses every other name
    options = TrainingOptions(runs, imagenet, bundle, device, n_devices, deterministic)
    run(recipe, seeds, jobs, hold_out, out, options)


@app.command()
def compare(
    recipes: RecipeFiles,
    leave_out: Annotated[
        list[str],
        typer.Option(help="Train again without this data set (or a+b) and ask it; repeatable."),
    ] = [],  # noqa: B006 - typer reads it, nobody writes to it
    seed: Annotated[int, typer.Option(help="Of every run.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Write comparison.md and comparison.json here.")
    ] = None,
    runs: Runs = Path("runs"),
    imagenet: ImageNet = None,
    bundle: FromBundle = None,
    device: Device = "cpu",
    n_devices: NDevices = 1,
    deterministic: Deterministic = False,
) -> None:
    """Say what each recipe gains over the first, on `valid` and on sources left out.

    Example: `raiox compare recipes/ablations.py:baseline recipes/ablations.py:intensity --leave-out siim`
    """
    from raiox.cli.compare import compare as run
    from raiox.cli.train import TrainingOptions

    options = TrainingOptions(runs, imagenet, bundle, device, n_devices, deterministic)
    run(recipes, leave_out, seed, out, options)


@app.command()
def export(
    run: Annotated[Path, typer.Argument(help="A finished run folder.")],
    out: Annotated[Path, typer.Argument(help="Folder of the new bundle; replaced if there.")],
    open_test: Annotated[
        bool, typer.Option("--open-test", help="Figures of `test`, not `valid`: once, at the end.")
    ] = False,
) -> None:
    """Turn a run into a bundle: ONNX, thresholds fitted on `valid`, card.

    Example: `raiox export runs/frontal_filter-seed0 src/raiox/models/frontal_filter`
    """
    from raiox.cli.train import export as export_run

    export_run(run, out, open_test)


app.command()(evaluate)


@app.command()
def leaks(
    manifest: Annotated[Path, typer.Argument(help="CSV with the columns image and of the parts.")],
    column: Annotated[str, typer.Option(help="Column of the parts.")] = "split",
    stems: Annotated[
        bool, typer.Option("--stems", help="Count equal file names of different patients too.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write leaks.json, leaks.md and leaks.csv here.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead.")] = False,
) -> None:
    """Tell which patients, groups and images the parts of a split share.

    Images are compared byte for byte, pixel for pixel, and as copies that were resized, cut, toned
    or mirrored. Exit status: 0 nothing spans parts, 1 something does, 2 usage.

    Example: `raiox leaks chest/manifest.csv --column paper_split --out leaks/`
    """
    from raiox.cli.leaks import leaks as run

    raise typer.Exit(run(manifest, column, out, stems=stems, as_json=as_json))


@app.command()
def bench(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead.")] = False,
) -> None:
    """Measure each step of an analysis on this machine.

    Example: `raiox bench`
    """
    from raiox.cli.bench import bench as run

    run(as_json)


@app.command()
def doctor() -> None:
    """Check models, decoders, folders and threads; say how to mend what is wrong."""
    from raiox.cli.doctor import doctor as run

    raise typer.Exit(run())


@app.command()
def purge(
    data_dir: Annotated[Path | None, typer.Option(help="Folder of the service.")] = None,
) -> None:
    """Delete expired analyses and images, and files without an owner.

    Example: `raiox purge --data-dir /var/lib/raiox`
    """
    from raiox.cli.purge import purge as run

    run(data_dir)
