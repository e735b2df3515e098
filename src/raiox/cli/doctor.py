"""`raiox doctor`: what the service needs, checked one by one, each with its remedy."""

import os
import platform
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

import typer

from raiox.cli.bench import drawn_png
from raiox.cli.configuration import read_settings
from raiox.cli.errors import require_data_dir, sentence_of
from raiox.cli.language import say
from raiox.errors import RaioxError

if TYPE_CHECKING:
    from raiox.settings import Settings

MIN_FREE_BYTES = 500_000_000
TEST_SIDE_PX = 256
CLOCK_TOLERANCE_S = 120.0

Check = Callable[["Settings"], str]
"""Returns what is well in a few words; raises ValueError or RaioxError with what is not."""


def doctor() -> None:
    """Check settings, models, decoders, folders and threads, and say how to repair them.

    Exit status: 0 all checks passed, 1 some failed.
    """
    from raiox.settings import Settings

    try:
        settings, failure = read_settings(), ""
    except RaioxError as error:
        settings, failure = Settings.model_construct(), sentence_of(error)
    checks: dict[str, Check] = {"settings": lambda _: _settings(failure)}
    if not failure:
        checks |= CHECKS
    passed = [_report(name, check, settings) for name, check in checks.items()]
    raise typer.Exit(0 if all(passed) else 1)


def _report(name: str, check: Check, settings: "Settings") -> bool:
    """Run a check and print how it ended; True if it passed."""
    title = say(f"check_{name}")
    try:
        typer.echo(f"{say('passed'):8}{title}: {check(settings)}")
    except (RaioxError, OSError, ValueError) as error:
        reason = sentence_of(error) if isinstance(error, RaioxError) else str(error)
        typer.echo(f"{say('failed'):8}{title}: {reason}")
        typer.echo(f"{'':8}-> {say(f'remedy_{_remedy(name, settings)}')}")
        return False
    return True


def _remedy(name: str, settings: "Settings") -> str:
    is_elsewhere = name == "records" and settings.records.database_url is not None
    return "records_elsewhere" if is_elsewhere else name


def _settings(failure: str) -> str:
    if failure:
        raise ValueError(failure)
    return say("settings_valid")


def _models(settings: "Settings") -> str:
    from raiox.inference.installed_models import open_in_use

    engine = open_in_use(settings.inference, settings.data_dir)
    return ", ".join(f"{model.id} ({model.sha256[:12]})" for model in engine.models.values())


def _sandbox(settings: "Settings") -> str:
    from raiox.intake import Intake

    with Intake(settings.intake) as intake:
        breaches, missing = intake.weaknesses()
        layers = ", ".join(missing)
        if breaches:
            raise ValueError(say("sandbox_open", breaches=", ".join(breaches), layers=layers))
        intake.require_confinement()
        pixels = intake.load(drawn_png(TEST_SIDE_PX)).pixels
    decoded = say("decoded", width=pixels.shape[1], height=pixels.shape[0])
    return f"{decoded}; {say('layers_missing', layers=layers)}" if missing else decoded


def _data_dir(settings: "Settings") -> str:
    folder = settings.data_dir.absolute()
    require_data_dir(folder)
    n_bytes = shutil.disk_usage(folder).free
    if n_bytes < MIN_FREE_BYTES:
        raise ValueError(say("little_space", path=str(folder), n_mb=n_bytes // 1_000_000))
    return say("free_space", path=str(folder), n_gb=n_bytes // 1_000_000_000)


def _records(settings: "Settings") -> str:
    from raiox.records.store import keeps_records, open_records

    if not keeps_records(settings.records, settings.data_dir):
        return say("records_absent", folder=str(settings.data_dir.absolute()))
    records = open_records(settings.records, settings.data_dir, files=settings.files)
    try:
        records.database.check_integrity()
        return say("records_intact", n_queued=records.queue.n_queued())
    finally:
        records.close()


def _threads(settings: "Settings") -> str:
    n_threads, n_cores = settings.inference.n_threads, os.cpu_count() or 1
    sentence = say("threads_on_cores", n_threads=n_threads, n_cores=n_cores)
    if n_threads > n_cores:
        raise ValueError(sentence)
    return sentence


def _page(_: "Settings") -> str:
    from raiox.web.app import BUILT_PAGE

    if not (BUILT_PAGE / "index.html").is_file():
        raise ValueError(say("page_missing"))
    return say("page_built")


def _proxy(settings: "Settings") -> str:
    """Whether what is said of proxies goes together."""
    web = settings.web
    if "*" in web.trusted_proxies:
        raise ValueError(say("proxy_any"))
    if not web.trusted_proxies:
        if web.secure_cookies:
            raise ValueError(say("proxy_unnamed"))
        return say("proxy_none")
    missing = {
        "RAIOX_WEB__SECURE_COOKIES": web.secure_cookies,
        "RAIOX_WEB__ALLOWED_HOSTS": bool(web.allowed_hosts) and "*" not in web.allowed_hosts,
    }
    if not all(missing.values()):
        names = ", ".join(name for name, is_set in missing.items() if not is_set)
        raise ValueError(say("proxy_incomplete", names=names))
    return say("proxy_trusted", addresses=", ".join(web.trusted_proxies))


def _clock(settings: "Settings") -> str:
    """Whether the clock can be right: what is kept is deleted by it."""
    from raiox.inference.local import SHIPPED_MODELS

    known = [SHIPPED_MODELS, *settings.data_dir.glob("raiox.sqlite3*")]
    newest = max(path.stat().st_mtime for path in known)
    now = datetime.now(UTC)
    if newest > now.timestamp() + CLOCK_TOLERANCE_S:
        found = datetime.fromtimestamp(newest, UTC)
        raise ValueError(
            say("clock_behind", now=f"{now:%Y-%m-%d %H:%M}", found=f"{found:%Y-%m-%d %H:%M}")
        )
    return f"{now:%Y-%m-%d %H:%M} UTC"


def _backend(settings: "Settings") -> str:
    """What computes, and whether something faster may be had."""
    backend, is_x86 = settings.inference.backend, platform.machine() in {"x86_64", "AMD64"}
    if backend != "cpu" or not is_x86:
        return backend
    has_openvino = find_spec("openvino") is not None
    return say("backend_openvino_unused" if has_openvino else "backend_openvino_absent")


CHECKS: dict[str, Check] = {
    "models": _models,
    "sandbox": _sandbox,
    "data_dir": _data_dir,
    "records": _records,
    "backend": _backend,
    "threads": _threads,
    "clock": _clock,
    "proxy": _proxy,
    "page": _page,
}
