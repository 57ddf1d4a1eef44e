"""The keys of messages are no closed list in the database: they grow with the service."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_OLD = (
    "template IN ('visit_booked', 'visit_reminder_day', 'visit_reminder_soon',"
    " 'visit_moved', 'visit_cancelled', 'official_booked', 'official_moved',"
    " 'official_cancelled', 'official_reminder_day', 'official_reminder_soon')"
)


def upgrade() -> None:
    with op.batch_alter_table("message") as table:
        table.drop_constraint(op.f("ck_message_template_known"), type_="check")


def downgrade() -> None:
    op.execute(sa.text(f"DELETE FROM message WHERE NOT ({_OLD})"))
    with op.batch_alter_table("message") as table:
        table.create_check_constraint(op.f("ck_message_template_known"), _OLD)
