"""`raiox serve`: the page and the API on this machine."""

import gc
from functools import partial
from typing import Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import AddressInUseError, AddressUnusableError, require_data_dir
from raiox.cli.language import say
from raiox.cli.options import DataDir


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
    data_dir: DataDir = None,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Accept only; `raiox work` analyses (PostgreSQL).")
    ] = False,
) -> None:
    """Start the page and the API; Ctrl-C stops them.

    Example: `raiox serve --port 8000 --data-dir /var/lib/raiox`
    """
    settings = read_settings(data_dir)
    require_data_dir(settings.data_dir)

    gc.disable()  # until the server runs: imports make much that stays, and hardly any garbage
    from raiox.cli.ahead import Begun
    from raiox.inference.distant import DistantEngine
    from raiox.inference.engine_process import EngineProcess
    from raiox.inference.installed_models import open_in_use
    from raiox.intake import Intake
    from raiox.service.roles import Role, require_role

    role = Role.WEB if no_worker else Role.ALL
    require_role(settings, role)
    require_address(host, port)
    opened = partial(open_in_use, settings.inference, settings.data_dir)
    distant = partial(DistantEngine.open, settings.inference, settings.data_dir)
    open_engine = distant if no_worker else Begun(partial(EngineProcess, opened))
    # Only now: meanwhile the networks and the decoders start in their own processes.
    with Intake(settings.intake) as intake:
        from raiox.records.store import keeps_records
        from raiox.web.server import refuse_public_without_limits, run_server

        refuse_public_without_limits(settings.web, host)
        is_new = not keeps_records(settings.records, settings.data_dir)
        run_server(
            settings,
            open_engine,
            lambda: intake,
            role=role,
            host=host,
            port=port,
            announce=lambda url: typer.echo(
                _welcome(url, folder=str(settings.data_dir.absolute()), is_new=is_new)
            ),
        )


def _welcome(url: str, *, folder: str, is_new: bool) -> str:
    """Where the service answers, and where its history lies, which may be another than expected."""
    welcome = say("serving", url=url, folder=folder)
    return f"{welcome}\n{say('serving_new', folder=folder)}" if is_new else welcome


def require_address(host: str, port: int) -> None:
    """Bind the address for a moment, as the server will.

    Raises:
        AddressInUseError: another process listens there.
        AddressUnusableError: it is not this machine's, or needs other rights.
    """
    import errno
    import socket

    try:
        kind, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(kind, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressInUseError(host=host, port=port) from error
        reason = error.strerror or type(error).__name__
        raise AddressUnusableError(host=host, port=port, reason=reason) from error
