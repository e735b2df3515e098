"""`raiox purge`: what the service's own sweeper does, now and by hand."""

from pathlib import Path

import typer

from raiox.cli.failure import reported
from raiox.records.store import open_records
from raiox.settings import Settings


def purge(data_dir: Path | None) -> None:
    """Delete what has outlived its time; prints what was deleted."""
    settings = Settings()
    with reported():
        records = open_records(settings.records, data_dir or settings.data_dir)
        try:
            swept = records.retention.sweep()
        finally:
            records.close()
    typer.echo(
        f"{swept.n_results} results, {swept.n_images} images, {swept.n_orphans} orphans deleted"
    )
