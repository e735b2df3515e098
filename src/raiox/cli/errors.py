"""Why a command cannot start, and how any deliberate error is reported on the terminal.

Facts here may name a path: whoever reads the sentence typed it.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from raiox.errors import ErrorKind, RaioxError

if TYPE_CHECKING:
    from raiox.messages import Sentences

OK, SOME_NOT, USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses: all well; some images without a result; wrong usage; Ctrl-C, as shells have it."""


class CommandError(RaioxError):
    """The command cannot start as it was given."""

    kind = ErrorKind.INVALID_INPUT


class SettingInvalidError(CommandError):
    """A setting, by its `variable`, has a value other than `expected`."""

    code = "setting_invalid"


class SettingUnknownError(CommandError):
    """No setting has this `name`; `nearest` is the most similar one."""

    code = "setting_unknown"


class ConfigInvalidError(CommandError):
    """The file of settings at `path` is no TOML (`reason`)."""

    code = "config_invalid"


class PathMissingError(CommandError):
    """There is no file or folder at `path`."""

    code = "path_missing"


class PathUnusableError(CommandError):
    """The operating system refuses `path` (`reason`)."""

    code = "path_unusable"


class DataDirUnusableError(PathUnusableError):
    """The service's own folder, `path`, cannot be written (`reason`)."""

    code = "data_dir_unusable"


class FolderNotEmptyError(CommandError):
    """What lies in the folder `path` would be mixed with what is written."""

    code = "folder_not_empty"


class NothingToReadError(CommandError):
    """There is no file to read in `path`."""

    code = "nothing_to_read"


class OutputExistsError(CommandError):
    """The file at `path` would be overwritten."""

    code = "output_exists"


class OutputInUseError(CommandError):
    """Another process is writing `path`."""

    code = "output_in_use"


class ResumeMismatchError(CommandError):
    """The file at `path` has another format, another dialect or another model's results."""

    code = "resume_mismatch"


class StoreUnusableError(CommandError):
    """The bucket at `url` does not answer, or refuses (`reason`)."""

    code = "store_unusable"
    kind = ErrorKind.UNAVAILABLE


class ShardsFailedError(CommandError):
    """Processes of `shards` ended by themselves; the first for `reason`."""

    code = "shards_failed"
    kind = ErrorKind.INTERNAL


class ExtraMissingError(CommandError):
    """The command needs packages of an `extra` that is not installed."""

    code = "extra_missing"


class AddressInUseError(CommandError):
    """Another process listens on `host` and `port`."""

    code = "address_in_use"


class AddressUnusableError(CommandError):
    """The operating system does not let us listen on `host` and `port` (`reason`)."""

    code = "address_unusable"


class DownloadFailedError(CommandError):
    """The file at `url` does not come (`reason`)."""

    code = "download_failed"
    kind = ErrorKind.UNAVAILABLE


class DownloadChangedError(CommandError):
    """What came from `url` has the SHA-256 `found`, not `expected`."""

    code = "download_changed"


class ExampleListInvalidError(CommandError):
    """The list at `path` is no list of images; `entry` is the first that is wrong, from 1."""

    code = "example_list_invalid"


class ExamplesUnpinnedError(CommandError):
    """The list lacks the SHA-256 of `n` images."""

    code = "examples_unpinned"


@contextmanager
def reported() -> Iterator[None]:
    """Print the sentences of a deliberate error, or of a refused path, and exit with its status."""
    try:
        yield
    except RaioxError as error:
        raise _exit(error) from error
    except OSError as error:
        if error.errno == errno.EPIPE or error.filename is None:
            raise
        raise _exit(path_refused(error)) from error


def path_refused(error: OSError, path: object = None) -> PathUnusableError:
    """The deliberate error for what the operating system says of a path."""
    return PathUnusableError(
        path=printable(path or error.filename), reason=error.strerror or type(error).__name__
    )


def printable(path: object) -> str:
    """A path for a sentence; bytes that are no text show as escapes."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def require_paths(*paths: Path | None) -> None:
    """Raises: PathMissingError for the first that is given and does not exist."""
    for path in paths:
        if path is not None and not path.exists():
            raise PathMissingError(path=printable(path))


def require_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder for results where it is missing.

    Args:
        mode: of a folder that is made, before the umask.

    Raises: PathUnusableError where no file can be made in it.
    """
    from tempfile import TemporaryFile

    try:
        folder.mkdir(mode, parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise path_refused(error, folder) from error


def require_data_dir(folder: Path) -> None:
    """As `require_folder`, for the service's own folder, which is nobody else's.

    Raises: DataDirUnusableError.
    """
    try:
        require_folder(folder, 0o700)
    except PathUnusableError as error:
        raise DataDirUnusableError(**error.facts) from error


def require_extra(extra: str, *modules: str) -> None:
    """Raises: ExtraMissingError where one of its modules is not installed."""
    if not all(map(find_spec, modules)):
        raise ExtraMissingError(extra=extra)


def sentence_of(error: RaioxError) -> str:
    """Title and detail of an error, in the language of the terminal."""
    sentences = _sentences_of(error)
    return f"{sentences['title']}. {sentences['detail']}"


def _exit(error: RaioxError) -> typer.Exit:
    typer.echo(f"{sentence_of(error)} {_sentences_of(error)['action']} [{error.code}]", err=True)
    return typer.Exit(SOME_NOT if error.kind is ErrorKind.INTERNAL else USAGE)


def _sentences_of(error: RaioxError) -> "Sentences":
    from raiox.cli.language import terminal_language
    from raiox.messages import messages_for

    return messages_for(error.code, terminal_language(), error.facts)
