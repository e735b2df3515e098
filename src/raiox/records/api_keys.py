"""Keys of programs: of each only a hash is kept, with what it may do and until when.

A key is 256 random bits, so its SHA-256 needs neither salt nor stretching. It is shown once,
when it is made. Whoever holds the database or a backup cannot make a key of it.
"""

import hashlib
import secrets
from dataclasses import dataclass, fields
from typing import Final

from sqlalchemy import insert, select, update

from raiox.records.database import Database
from raiox.records.errors import ApiKeyNotFoundError
from raiox.records.rows import Clock
from raiox.records.tables import api_keys
from raiox.vocabulary import Scope

PREFIX: Final = "raiox_"
"""By which programs that look for leaked secrets know one."""
N_RANDOM_BYTES: Final = 32
N_ID_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key; the key itself is not."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: float
    expires_at: float | None
    revoked_at: float | None


class ApiKeys:
    """The keys of this service."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(
        self, name: str, scopes: tuple[Scope, ...], keep_s: float | None = None
    ) -> tuple[str, ApiKey]:
        """Make a key.

        Args:
            keep_s: how long it is valid; for ever by default.

        Returns: the key, which nobody can read again, and what is known of it.
        """
        secret = PREFIX + secrets.token_urlsafe(N_RANDOM_BYTES)
        now = self._clock()
        key = ApiKey(
            id=secrets.token_hex(N_ID_BYTES),
            name=name,
            scopes=scopes,
            created_at=now,
            expires_at=None if keep_s is None else now + keep_s,
            revoked_at=None,
        )
        row = {field.name: getattr(key, field.name) for field in fields(key)}
        with self._database.writing() as connection:
            connection.execute(insert(api_keys).values(**row, key_sha256=_sha256(secret)))
        return secret, key

    def list(self) -> list[ApiKey]:
        """Every key that was ever made, oldest first."""
        statement = select(*_COLUMNS).order_by(api_keys.c.created_at)
        with self._database.reading() as connection:
            return [ApiKey(*row) for row in connection.execute(statement)]

    def revoke(self, key_id: str) -> None:
        """Revoke a key. Raises: ApiKeyNotFoundError."""
        statement = (
            update(api_keys)
            .where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=self._clock())
        )
        with self._database.writing() as connection:
            if connection.execute(statement).rowcount == 0:
                raise ApiKeyNotFoundError(id=key_id)

    def find(self, secret: str) -> ApiKey | None:
        """The key, if it is one and still valid."""
        statement = select(*_COLUMNS).where(api_keys.c.key_sha256 == _sha256(secret))
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
        key = ApiKey(*row) if row else None
        if key is None or key.revoked_at is not None:
            return None
        return key if key.expires_at is None or key.expires_at > self._clock() else None


_COLUMNS = tuple(api_keys.c[field.name] for field in fields(ApiKey))


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
