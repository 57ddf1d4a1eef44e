"""Namesakes in a prison are found without looking at everybody there."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "prisoner_namesake",
        "prisoner",
        ["site_id", sa.text("replace(name_folded, ' ', '')")],
    )
    # Two others begin with the prison; with this one PostgreSQL takes the wrong way.
    op.drop_index("ix_prisoner_site_id", table_name="prisoner")


def downgrade() -> None:
    op.create_index("ix_prisoner_site_id", "prisoner", ["site_id"])
    op.drop_index("prisoner_namesake", table_name="prisoner")
