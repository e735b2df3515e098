"""Settings as the commands use them: the environment first, then a file, then the defaults.

A name that is no setting is refused wherever it stands: misspelt, a limit or a proxy would
silently not hold.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from raiox.cli.errors import (
    ConfigInvalidError,
    SettingInvalidError,
    SettingUnknownError,
    path_refused,
    printable,
    require_paths,
)

if TYPE_CHECKING:
    from raiox.settings import Settings

PREFIX, DELIMITER = "RAIOX_", "__"
CONFIG_VARIABLE: Final = "RAIOX_CONFIG"
CONFIG_FILE: Final = "raiox.toml"
SCRIPT_VARIABLES: Final = re.compile(r"RAIOX_(CONFIG|TORCH_INDEX|(TEST|EVIDENCE)_[A-Z_]+)")
"""Read by scripts and tests; no settings."""


def read_settings(data_dir: Path | None = None) -> "Settings":
    """Read the settings.

    Args:
        data_dir: the service's own folder, where an option of the command names it.

    Raises:
        SettingInvalidError: a setting has a value that it cannot take.
        SettingUnknownError: a name is that of no setting.
        ConfigInvalidError: the file is no TOML.
        PathMissingError, PathUnusableError: the file that RAIOX_CONFIG names cannot be read.
    """
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    path = config_path()
    from_file = read_config(path)
    _refuse_unknown(from_file, path)
    try:
        settings = _merged(from_file)
    except ValidationError as error:
        found = error.errors(include_input=False)[0]
        location = tuple(map(str, found["loc"]))
        if found["type"] == "extra_forbidden":
            raise _unknown(location, path) from None
        raise _invalid(location, from_file, path) from None  # the original may quote a secret
    except SettingsError as error:
        named = re.search(r'field "(\w+)"', str(error))
        raise _invalid((named[1],) if named else (), {}, None) from None
    return settings if data_dir is None else settings.model_copy(update={"data_dir": data_dir})


def config_path() -> Path | None:
    """The file that holds settings: RAIOX_CONFIG, else the user's, else the machine's.

    Never one of the working folder: it may have come from anywhere. An empty RAIOX_CONFIG
    means no file.
    """
    if (named := os.environ.get(CONFIG_VARIABLE)) is not None:
        return Path(named) if named else None
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    candidates = (home / "raiox" / CONFIG_FILE, Path("/etc/raiox") / CONFIG_FILE)
    return next(filter(Path.is_file, candidates), None)


def read_config(path: Path | None) -> dict[str, Any]:
    """What the file says. Raises: ConfigInvalidError, PathMissingError, PathUnusableError."""
    if path is None:
        return {}
    require_paths(path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise path_refused(error, path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigInvalidError(path=printable(path), reason=str(error)) from error


def _merged(from_file: Mapping[str, Any]) -> "Settings":
    """Environment over file, key by key."""
    from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

    from raiox.settings import Settings

    class FromFile(Settings):
        """Its arguments come from a file, so the environment wins over them."""

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del settings_cls, dotenv_settings, file_secret_settings
            return env_settings, init_settings

    return FromFile(**from_file)


def _refuse_unknown(from_file: Mapping[str, Any], path: Path | None) -> None:
    """Raises: SettingUnknownError for the first name that is no setting's."""
    known = _locations()
    sections = {location[0] for location in known}
    for name in sorted(name.upper() for name in os.environ if name.upper().startswith(PREFIX)):
        location = tuple(name.removeprefix(PREFIX).lower().split(DELIMITER))
        if not SCRIPT_VARIABLES.fullmatch(name) and location not in known | {
            (s,) for s in sections
        }:
            raise _unknown(location, None)
    for name, value in from_file.items():
        inner = [(name, key) for key in value] if isinstance(value, dict) else [(name,)]
        for location in inner:
            if location not in known:
                raise _unknown(location, path)


def _locations() -> set[tuple[str, ...]]:
    """Every setting, as `("web", "limits")` or `("data_dir",)`."""
    from raiox.settings.names import variables

    return {tuple(name.removeprefix(PREFIX).lower().split(DELIMITER)) for name in variables()}


def variable_of(location: tuple[str, ...]) -> str:
    """The variable that sets something, e.g. `RAIOX_WEB__LIMITS`."""
    return PREFIX + DELIMITER.join(location).upper()


def _unknown(location: tuple[str, ...], path: Path | None) -> SettingUnknownError:
    in_file = path is not None and variable_of(location) not in map(str.upper, os.environ)
    spell = ".".join if in_file else variable_of
    names = sorted(map(spell, _locations()))
    name = spell(location)
    nearest = (get_close_matches(name, names, n=1, cutoff=0) or [""])[0]
    shown = f"{name} ({printable(path)})" if in_file else name
    return SettingUnknownError(name=shown, nearest=nearest)


def _invalid(
    location: tuple[str, ...], from_file: Mapping[str, Any], path: Path | None
) -> SettingInvalidError:
    from raiox.settings.names import accepted_values, variables

    fields = variables()
    for depth in range(len(location), 0, -1):  # an item of a list is reported as its list
        name = variable_of(location[:depth])
        if name in fields:
            shown = f"{name} ({printable(path)})" if _only_in(from_file, location[:depth]) else name
            return SettingInvalidError(variable=shown, expected=accepted_values(fields[name]))
    return SettingInvalidError(variable=variable_of(location[:1]), expected='{"…": …} (JSON)')


def _only_in(from_file: Mapping[str, Any], location: tuple[str, ...]) -> bool:
    """Whether a value comes from the file and not from the environment."""
    if any(variable_of(location[:n]) in os.environ for n in range(1, len(location) + 1)):
        return False
    value: Any = from_file
    for key in location:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True
