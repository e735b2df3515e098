"""`raiox work`: the networks without page and API, for a service of several processes."""

from functools import partial
from typing import Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import require_data_dir
from raiox.cli.language import say
from raiox.cli.options import DataDir
from raiox.cli.serve import require_address


def work(
    host: Annotated[
        str, typer.Option(help="Address of /healthz, /readyz, /metrics.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8001,
    data_dir: DataDir = None,
) -> None:
    """Analyse what other processes accept; Ctrl-C stops it cleanly.

    Example: `raiox work --port 8001`
    """
    settings = read_settings(data_dir)
    require_data_dir(settings.data_dir)

    from raiox.cli.ahead import Begun
    from raiox.inference.engine_process import EngineProcess
    from raiox.inference.installed_models import open_in_use
    from raiox.service.roles import NoUploads, Role, require_role

    require_role(settings, Role.WORKER)
    require_address(host, port)
    opened = partial(open_in_use, settings.inference, settings.data_dir)
    open_engine = Begun(partial(EngineProcess, opened))

    from raiox.web.server import run_server  # only now: meanwhile the networks start

    run_server(
        # Nobody uploads here, so there is nothing to limit.
        settings.model_copy(update={"web": settings.web.model_copy(update={"limits": True})}),
        open_engine,
        NoUploads,
        role=Role.WORKER,
        host=host,
        port=port,
        announce=lambda url: typer.echo(say("working", url=url)),
    )
