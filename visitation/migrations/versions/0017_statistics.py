"""Figures that are counted as they come."""

import sqlalchemy as sa
from alembic import op

from visitation.database.columns import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(24), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("prison_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("province_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            *("month", "measure", "kind", "key", "place_id", "prison_id"),
            name=op.f("pk_tally"),
        ),
    )
    op.create_index("tally_by_prison", "tally", ["prison_id", "month"])
    op.create_index("tally_by_place", "tally", ["place_id", "month"])
    op.create_index("tally_by_province", "tally", ["province_id", "month"])
    op.create_table(
        "tally_sum",
        sa.Column("province_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            *("province_id", "month", "measure", "kind", "key"),
            name=op.f("pk_tally_sum"),
        ),
    )
    op.create_table(
        "tally_place",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(24), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("province_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "month", "measure", "place_id", name=op.f("pk_tally_place")
        ),
    )
    op.create_table(
        "tally_mark",
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("sign", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tally_mark")),
    )
    # Messages of a month are counted by when they were written.
    op.create_index(op.f("ix_message_created_at"), "message", ["created_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_message_created_at"), "message")
    for name in ("tally_mark", "tally_place", "tally_sum", "tally"):
        op.drop_table(name)
