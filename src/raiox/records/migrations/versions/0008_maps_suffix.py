"""Which file holds the activation maps, where they do not lie in the row."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is there keeps its maps in the row."""
    op.add_column("analyses", sa.Column("maps_suffix", sa.String(32)))


# There is no downgrade, as before.
