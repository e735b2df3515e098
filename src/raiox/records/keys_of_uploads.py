"""The keys by which a retried upload is the same upload; only their hashes are kept."""

from typing import Any

from sqlalchemy import Connection, select

from raiox.records.errors import IdempotencyMismatchError
from raiox.records.rows import IdempotencyKey, NewAnalysis
from raiox.records.tables import idempotency_keys


def find_by_key(connection: Connection, owner: str, key: IdempotencyKey) -> str | None:
    """The analysis that a key already made. Raises: IdempotencyMismatchError."""
    keys = idempotency_keys
    row = connection.execute(
        select(keys.c.content_sha256, keys.c.analysis_id).where(
            keys.c.owner == owner, keys.c.key_sha256 == key.key_sha256
        )
    ).first()
    if row is None:
        return None
    if row.content_sha256 != key.content_sha256:
        raise IdempotencyMismatchError
    return str(row.analysis_id)


def key_row(new: NewAnalysis, key: IdempotencyKey, now: float) -> dict[str, Any]:
    """The columns of a new key."""
    return {
        "owner": new.owner,
        "key_sha256": key.key_sha256,
        "content_sha256": key.content_sha256,
        "analysis_id": new.id,
        "created_at": now,
    }
