"""What other systems are told."""

import sqlalchemy as sa
from alembic import op

from visitation.database.columns import UtcDateTime, one_of

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _webhooks()
    _events()
    _deliveries()


def downgrade() -> None:
    for name in ("webhook_delivery", "webhook_event", "webhook"):
        op.drop_table(name)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def _webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("province_id", sa.Integer(), nullable=True),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("previous_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("previous_until", UtcDateTime(), nullable=True),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.Column("rests_until", UtcDateTime(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        _to("webhook", "province_id", "province"),
        _to("webhook", "made_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("reference", name=op.f("uq_webhook_reference")),
    )


def _events() -> None:
    op.create_table(
        "webhook_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("province_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        _to("webhook_event", "province_id", "province"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_event")),
        sa.UniqueConstraint("reference", name=op.f("uq_webhook_event_reference")),
        sa.UniqueConstraint("sequence", name=op.f("uq_webhook_event_sequence")),
    )
    op.create_index(op.f("ix_webhook_event_at"), "webhook_event", ["at"])


def _deliveries() -> None:
    name = "webhook_delivery"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column(
            "state",
            one_of("poststate_known", "pending", "sending", "delivered", "failed"),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=True),
        sa.Column("last_at", UtcDateTime(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("trouble", sa.String(32), nullable=False),
        _to(name, "webhook_id", "webhook"),
        _to(name, "event_id", "webhook_event"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint(
            "webhook_id",
            "event_id",
            name=op.f("uq_webhook_delivery_webhook_id_event_id"),
        ),
    )
    op.create_index(op.f("ix_webhook_delivery_event_id"), name, ["event_id"])
    op.create_index(
        "webhook_delivery_due", name, ["webhook_id", "state", "next_at"]
    )
    op.create_index("webhook_delivery_key", name, ["webhook_id", "key", "state"])
