"""`raiox models`: the networks of this installation, and which of them answer."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import (
    SOME_NOT,
    require_data_dir,
    require_extra,
    require_paths,
    sentence_of,
)
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
    source: Annotated[
        str,
        typer.Argument(
            help="Folder that raiox export wrote, or a ZIP file of it, here or at a URL."
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="Name to install it by. Default: that of the folder.")
    ] = None,
    allow_unsigned: Annotated[
        bool, typer.Option("--allow-unsigned", help="Install it whoever made it.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Verify a network and copy it into the service's own folder; it does not answer yet.

    What comes as a file or from a URL must be signed by a key of RAIOX_INFERENCE__TRUSTED_KEYS; where
    that names keys, a folder as well.

    Example: `raiox models install runs/mine/bundle --name mine`
    """
    from raiox.cli.bundle_source import fetched_bundle, is_foreign, name_of, require_source

    require_source(source)
    models = _models(data_dir)
    signed = not allow_unsigned and (is_foreign(source) or models.requires_signatures)
    if signed:
        require_extra("signatures", "cryptography")
    name = name or name_of(source)
    with fetched_bundle(source) as folder:
        bundle = models.install(folder, name, signed=signed)
    typer.echo(say("model_installed", name=name, id=bundle.manifest.id))


@app.command()
def use(name: Name, data_dir: DataDir = None) -> None:
    """Let a network answer in its role; a running service switches within seconds.

    It is verified first. If the service cannot load it all the same, the old one goes on answering.

    Example: `raiox models use densenet`
    """
    role = _models(data_dir).use(name)
    typer.echo(say("model_in_use", name=name, role=role))


@app.command("new-key")
def new_key(
    file: Annotated[Path, typer.Argument(help="Where to keep the private key.", dir_okay=False)],
) -> None:
    """Make a key that signs networks; prints the public one, for RAIOX_INFERENCE__TRUSTED_KEYS.

    Example: `raiox models new-key signing.key`
    """
    require_extra("signatures", "cryptography")

    from raiox.bundle import signature
    from raiox.cli.errors import OutputExistsError

    if file.exists():
        raise OutputExistsError(path=str(file))
    private, public = signature.new_key()
    file.touch(mode=0o600)
    file.write_text(f"{private}\n", encoding="ascii")
    typer.echo(public)


@app.command()
def sign(
    folder: Annotated[Path, typer.Argument(help="Bundle that raiox export wrote.")],
    key: Annotated[Path, typer.Option(help="Private key that raiox models new-key wrote.")],
) -> None:
    """Sign a network, so that whoever trusts the key may install it.

    Example: `raiox models sign runs/mine/bundle --key signing.key`
    """
    require_paths(folder, key)
    require_extra("signatures", "cryptography")

    from raiox.bundle import open_bundle, signature
    from raiox.cli.errors import PathUnusableError

    open_bundle(folder)
    try:
        signature.sign(folder, key.read_text(encoding="ascii").strip())
    except ValueError as error:
        raise PathUnusableError(path=str(key), reason="no key") from error


def _models(data_dir: Path | None) -> "InstalledModels":
    settings = read_settings(data_dir)
    require_data_dir(settings.data_dir)

    from raiox.inference.installed_models import InstalledModels

    return InstalledModels(settings.inference, settings.data_dir)
