"""Partial indices of the queue, so that a long history slows no claim; who waits for a result."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATES = ("queued", "running")


def upgrade() -> None:
    """Replace the index of all states; vacuum early, because most rows change twice and stay."""
    op.add_column(
        "analyses", sa.Column("replica", sa.String(16), nullable=False, server_default="")
    )
    op.drop_index("ix_analyses_queue", "analyses")
    for state in STATES:
        where = sa.text(f"state = '{state}'")
        op.create_index(
            f"ix_analyses_{state}", "analyses", ["number"],
            sqlite_where=where, postgresql_where=where,
        )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE analyses SET (autovacuum_vacuum_scale_factor = 0.02,"
            " autovacuum_analyze_scale_factor = 0.02)"
        )


# There is no downgrade, as before.
