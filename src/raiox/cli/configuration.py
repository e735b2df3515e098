"""Settings as the commands use them: built here, a bad variable reported by its name."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from raiox.cli.errors import SettingInvalidError

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from raiox.settings import Settings

PREFIX, DELIMITER = "RAIOX_", "__"


def read_settings(data_dir: Path | None = None) -> "Settings":
    """Read the settings from the environment.

    Args:
        data_dir: the service's own folder, where an option of the command names it.

    Raises:
        SettingInvalidError: a variable has a value that its setting cannot take.
    """
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from raiox.settings import Settings

    try:
        settings = Settings()
    except ValidationError as error:
        location = tuple(map(str, error.errors(include_input=False)[0]["loc"]))
        raise _invalid(location) from None  # the original quotes the value, maybe a secret
    except SettingsError as error:
        named = re.search(r'field "(\w+)"', str(error))
        raise _invalid((named[1],) if named else ()) from None
    return settings if data_dir is None else settings.model_copy(update={"data_dir": data_dir})


def unknown_variables() -> list[str]:
    """Variables of the environment that look like settings of raiox and are none."""
    from raiox.settings import variables

    known = set(variables())
    given = [name.upper() for name in os.environ if name.upper().startswith(PREFIX)]
    sections = {name.partition(DELIMITER)[0] for name in known if DELIMITER in name}
    return sorted(name for name in given if name not in known | sections)


def _invalid(location: tuple[str, ...]) -> SettingInvalidError:
    from raiox.settings import accepted_values, variables

    fields: dict[str, FieldInfo] = variables()
    for depth in range(len(location), 0, -1):  # an item of a list is reported as its list
        name = PREFIX + DELIMITER.join(location[:depth]).upper()
        if name in fields:
            return SettingInvalidError(variable=name, expected=accepted_values(fields[name]))
    return SettingInvalidError(
        variable=PREFIX + DELIMITER.join(location[:1]).upper(), expected='{"…": …} (JSON)'
    )
