"""`raiox serve`: the service of this machine, put together.

Imported only when the command runs, so that `raiox --help` stays quick.
"""

from pathlib import Path

from raiox.inference.local import LocalEngine
from raiox.intake import Intake
from raiox.settings import Settings
from raiox.web.server import run_server


def serve(host: str, port: int, data_dir: Path | None = None) -> None:
    """Serve page and API until a signal ends it.

    Args:
        data_dir: the service's folder; default: as in the settings.
    Raises: PublicWithoutLimitsError.
    """
    chosen = {} if data_dir is None else {"data_dir": data_dir}
    settings = Settings().model_copy(update=chosen)
    run_server(
        settings,
        lambda: LocalEngine.open(settings.inference),
        lambda: Intake(settings.intake),
        host=host,
        port=port,
    )
