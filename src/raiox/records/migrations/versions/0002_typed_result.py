"""The result as one typed document; the embedding, which nothing read, is no longer kept."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MESSAGE_KEYS = {"code", "messages"}


def upgrade() -> None:
    """Rename `body`, drop `embedding`, and gather the facts of each rejection and error."""
    # Plain statements: SQLite and PostgreSQL both know them, and no table is copied.
    op.execute("ALTER TABLE analyses RENAME COLUMN body TO result")
    op.execute("ALTER TABLE analyses DROP COLUMN embedding")
    rows = op.get_bind().execute(sa.text("SELECT number, CAST(result AS TEXT) FROM analyses")).all()
    for number, stored in rows:
        result = {name: _with_facts(name, value) for name, value in json.loads(stored).items()}
        op.get_bind().execute(
            sa.text("UPDATE analyses SET result = :result WHERE number = :number").bindparams(
                sa.bindparam("result", type_=sa.JSON)
            ),
            {"result": result, "number": number},
        )


# There is no downgrade: the embeddings are gone.


def _with_facts(name: str, value: Any) -> Any:
    """A rejection or error with its facts under `facts`, without sentences; all else as it is."""
    if name not in ("rejection", "error") or value is None:
        return value
    facts = {key: fact for key, fact in value.items() if key not in _MESSAGE_KEYS}
    return {"code": value["code"], "facts": facts}
