"""`raiox purge`: what the service's own sweeper does, once and by hand."""

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import require_data_dir, require_paths
from raiox.cli.language import say
from raiox.cli.options import DataDir


def purge(data_dir: DataDir = None) -> None:
    """Delete expired analyses and images, and files without an owner.

    Example: `raiox purge --data-dir /var/lib/raiox`
    """
    settings = read_settings(data_dir)
    require_paths(settings.data_dir)
    require_data_dir(settings.data_dir)

    from raiox.records.store import open_records

    records = open_records(settings.records, settings.data_dir, files=settings.files)
    try:
        swept = records.sweep()
    finally:
        records.close()
    typer.echo(
        say("purged", n_results=swept.n_results, n_images=swept.n_images, n_orphans=swept.n_orphans)
    )
