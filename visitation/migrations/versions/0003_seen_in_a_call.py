"""When a participant was last known to be in a call that nobody saw the end of."""

import sqlalchemy as sa
from alembic import op

from visitation.database.columns import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("presence", sa.Column("seen_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("presence", "seen_at")
