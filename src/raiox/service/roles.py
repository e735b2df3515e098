"""What a process does for the service: everything, only accept, or only work."""

from enum import StrEnum
from typing import Final

from raiox.entities import Radiograph
from raiox.errors import InternalError
from raiox.service.errors import (
    SessionKeyMissingError,
    SharedDatabaseMissingError,
    SharedImagesMissingError,
)
from raiox.settings import Settings

_SQLITE: Final = "sqlite"


class Role(StrEnum):
    """Of one process."""

    ALL = "all"
    WEB = "web"
    """It accepts and answers; other processes work."""
    WORKER = "worker"


def require_role(settings: Settings, role: Role) -> None:
    """Refuse what would lose images or sessions as soon as there is a second process.

    Raises: SharedDatabaseMissingError, SharedImagesMissingError, SessionKeyMissingError.
    """
    url = settings.records.database_url
    if url is None or url.startswith(_SQLITE):
        if role is not Role.ALL:
            raise SharedDatabaseMissingError
        return
    if settings.files.url is None and not settings.files.shared:
        raise SharedImagesMissingError
    if role is not Role.WORKER and settings.web.session_key is None:
        raise SessionKeyMissingError


class NoUploads:
    """The intake of a process that only works: it decodes nothing that came from outside."""

    def load(self, content: bytes, sha256: str | None = None) -> Radiograph:
        """Nobody can send anything. Raises: InternalError."""
        del content, sha256
        raise InternalError

    def require_confinement(self) -> None:
        """There is no decoder to confine."""

    def weaknesses(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """None."""
        return (), ()

    def close(self) -> None:
        """Nothing to end."""
