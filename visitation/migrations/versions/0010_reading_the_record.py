"""How far the record has been read by those who act on it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_reader",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_reader")),
    )
    # What was done before is judged by night, all at once, not entry by entry.
    op.execute(
        "INSERT INTO audit_reader (name, sequence)"
        " SELECT 'review', sequence FROM audit_seal ORDER BY sequence DESC LIMIT 1"
    )


def downgrade() -> None:
    op.drop_table("audit_reader")
