"""What the values mean that are kept beside a picture of more than 8 bits."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of analyses from before it the picture alone was kept."""
    op.add_column("analyses", sa.Column("value_scale", sa.JSON))


# There is no downgrade, as before.
