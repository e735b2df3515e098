"""Secret links: who has one sees one analysis, until it ends or its owner takes it back.

A token is 256 random bits, so its SHA-256 needs neither salt nor stretching; only the hash is
kept. A link never outlives its analysis, and neither the database nor a backup can be turned
into one.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, insert, select

from raiox.records.database import Database
from raiox.records.errors import AnalysisNotFoundError, ShareNotFoundError
from raiox.records.rows import Clock
from raiox.records.tables import analyses, shares

N_RANDOM_BYTES: Final = 32
N_ID_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Share:
    """What its owner may know of a link; the token itself is not kept."""

    id: str
    created_at: float
    expires_at: float


@dataclass(frozen=True, slots=True)
class SharedWith:
    """What a link leads to."""

    analysis_id: str
    owner: str
    expires_at: float


class Shares:
    """The links of this service."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, analysis_id: str, owner: str, keep_s: float) -> tuple[str, Share]:
        """Make a link.

        Returns: its token, which nobody can read again, and what is known of it.
        Raises: AnalysisNotFoundError.
        """
        token, now = secrets.token_urlsafe(N_RANDOM_BYTES), self._clock()
        with self._database.writing() as connection:
            mine = (analyses.c.id == analysis_id) & (analyses.c.owner == owner)
            until = connection.scalar(select(analyses.c.expires_at).where(mine))
            if until is None:
                raise AnalysisNotFoundError
            share = Share(secrets.token_hex(N_ID_BYTES), now, min(now + keep_s, until))
            row = {"id": share.id, "created_at": now, "expires_at": share.expires_at}
            row |= {"analysis_id": analysis_id, "token_sha256": _sha256(token)}
            connection.execute(insert(shares).values(row))
        return token, share

    def list(self, analysis_id: str, owner: str) -> list[Share]:
        """The links to an analysis that are still valid, oldest first."""
        statement = (
            select(shares.c.id, shares.c.created_at, shares.c.expires_at)
            .join(analyses, analyses.c.id == shares.c.analysis_id)
            .where(analyses.c.id == analysis_id, analyses.c.owner == owner)
            .where(shares.c.expires_at > self._clock())
            .order_by(shares.c.created_at)
        )
        with self._database.reading() as connection:
            return [Share(*row) for row in connection.execute(statement)]

    def revoke(self, share_id: str, analysis_id: str, owner: str) -> None:
        """Take a link back. Raises: ShareNotFoundError."""
        mine = select(analyses.c.id).where(analyses.c.id == analysis_id, analyses.c.owner == owner)
        statement = delete(shares).where(shares.c.id == share_id, shares.c.analysis_id.in_(mine))
        with self._database.writing() as connection:
            if connection.execute(statement).rowcount == 0:
                raise ShareNotFoundError

    def find(self, token: str) -> SharedWith:
        """What a token leads to. Raises: ShareNotFoundError, for whatever reason."""
        statement = (
            select(analyses.c.id, analyses.c.owner, shares.c.expires_at)
            .join(analyses, analyses.c.id == shares.c.analysis_id)
            .where(shares.c.token_sha256 == _sha256(token))
            .where(shares.c.expires_at > self._clock())
        )
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
        if row is None:
            raise ShareNotFoundError
        return SharedWith(*row)


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
