"""`raiox models`: the networks of this installation, and which of them answer."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import SOME_NOT, require_data_dir, require_paths
from raiox.cli.language import say
from raiox.cli.options import DataDir
from raiox.errors import RaioxError

if TYPE_CHECKING:
    from raiox.inference.installed_models import InstalledModels

N_DIGITS = 12

app = typer.Typer(
    name="models", help="List, verify, install and choose networks.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="As `raiox models list` prints it.")]


@app.command("list")
def list_models(data_dir: DataDir = None) -> None:
    """List every network: those that answer have a star.

    Example: `raiox models list`
    """
    from raiox.bundle import open_bundle
    from raiox.inference.installed_models import FIELDS

    models = _models(data_dir)
    in_use = {models.folder_of(role).resolve() for role in FIELDS}
    for name, folder in models.folders().items():
        star = "*" if folder.resolve() in in_use else " "
        try:
            bundle = open_bundle(folder)
        except RaioxError as error:
            typer.echo(f"{star} {name:20}  {error}")
            continue
        manifest = bundle.manifest
        typer.echo(
            f"{star} {name:20}  {manifest.role:15}  {bundle.sha256[:N_DIGITS]}  {manifest.id}"
        )


@app.command()
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(help="Which; all of them by default.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Check every file of networks against its hash, and let them answer a reference image.

    Exit status: 0 all can be trusted, 1 some cannot.

    Example: `raiox models verify densenet`
    """
    from raiox.bundle.errors import BundleMissingError
    from raiox.cli.doctor import sentence_of

    models, all_well = _models(data_dir), True
    folders = models.folders()
    for name in names or folders:
        try:
            if name not in folders:
                raise BundleMissingError(bundle=name)
            bundle = models.verify(folders[name])
            typer.echo(f"{say('passed'):8}{name}: {bundle.sha256}")
        except RaioxError as error:
            typer.echo(f"{say('failed'):8}{name}: {sentence_of(error)}")
            all_well = False
    if not all_well:
        raise typer.Exit(SOME_NOT)


@app.command()
def install(
    folder: Annotated[Path, typer.Argument(help="A bundle, such as raiox export writes.")],
    name: Annotated[
        str | None, typer.Option(help="Name to install it by. Default: that of the folder.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Verify a network and copy it into the service's own folder; it does not answer yet.

    Example: `raiox models install runs/mine/bundle --name mine`
    """
    require_paths(folder)
    name = name or folder.absolute().name
    bundle = _models(data_dir).install(folder, name)
    typer.echo(say("model_installed", name=name, id=bundle.manifest.id))


@app.command()
def use(name: Name, data_dir: DataDir = None) -> None:
    """Let a network answer in its role; a running service switches within seconds.

    It is verified first. If the service cannot load it all the same, the old one goes on answering.

    Example: `raiox models use densenet`
    """
    role = _models(data_dir).use(name)
    typer.echo(say("model_in_use", name=name, role=role))


def _models(data_dir: Path | None) -> "InstalledModels":
    settings = read_settings(data_dir)
    require_data_dir(settings.data_dir)

    from raiox.inference.installed_models import InstalledModels

    return InstalledModels(settings.inference, settings.data_dir)
