"""What a prison wants watched, and the time that was lost and given back in a call."""

import sqlalchemy as sa
from alembic import op

from visitation.database.columns import one_of

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("site_policy") as table:
        table.add_column(_number("reconnect_grace_seconds", 60))
        table.add_column(_number("credit_max_minutes", 15))
        table.add_column(
            sa.Column(
                "supervision",
                one_of("supervision_known", "none", "required"),
                nullable=False,
                server_default="none",
            )
        )
    op.add_column("visit", _number("minutes_given_back", 0))
    op.create_table(
        "lost_time",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column(
            "fault",
            one_of("fault_known", "family", "prison", "official", "server", "unknown"),
            nullable=False,
        ),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["visit.id"],
            name=op.f("fk_lost_time_visit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("visit_id", "fault", name=op.f("pk_lost_time")),
    )


def _number(name: str, default: int) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=str(default))


def downgrade() -> None:
    op.drop_table("lost_time")
    op.drop_column("visit", "minutes_given_back")
    with op.batch_alter_table("site_policy") as table:
        table.drop_constraint(op.f("ck_site_policy_supervision_known"), type_="check")
        table.drop_column("supervision")
        table.drop_column("credit_max_minutes")
        table.drop_column("reconnect_grace_seconds")
