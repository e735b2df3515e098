"""The side of a pixel, so that lengths can be measured."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; analyses from before it have no spacing."""
    op.add_column("analyses", sa.Column("pixel_spacing_mm", sa.Double))


# There is no downgrade, as before.
