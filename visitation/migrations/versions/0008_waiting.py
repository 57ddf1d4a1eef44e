"""The waiting list, its offers, and plans."""

import sqlalchemy as sa
from alembic import op

from visitation.database.columns import UtcDateTime, one_of

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column(
            "state",
            one_of("planstate_known", "draft", "published", "discarded"),
            nullable=False,
        ),
        sa.Column("prison_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_plan_made_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["prison_id"], ["site.id"], name=op.f("fk_plan_prison_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("reference", name=op.f("uq_plan_reference")),
    )
    op.create_index(op.f("ix_plan_prison_id"), "plan", ["prison_id"])
    op.create_table(
        "waiting_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column(
            "state",
            one_of(
                "waitingstate_known",
                "waiting",
                "offered",
                "placed",
                "withdrawn",
                "expired",
            ),
            nullable=False,
        ),
        sa.Column("prison_id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            one_of("visitkind_known", "family", "legal", "official"),
            nullable=False,
        ),
        sa.Column("official_wanted", sa.Boolean(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("own_phone", sa.Boolean(), nullable=False),
        sa.Column("distance_km", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["account.id"],
            name=op.f("fk_waiting_entry_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["prison_id"], ["site.id"], name=op.f("fk_waiting_entry_prison_id")
        ),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoner.id"], name=op.f("fk_waiting_entry_prisoner_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_waiting_entry_visit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_entry")),
        sa.UniqueConstraint("reference", name=op.f("uq_waiting_entry_reference")),
    )
    op.create_index(
        op.f("ix_waiting_entry_prisoner_id"), "waiting_entry", ["prisoner_id"]
    )
    op.create_index(op.f("ix_waiting_entry_visit_id"), "waiting_entry", ["visit_id"])
    op.create_index(
        "waiting_entry_line", "waiting_entry", ["prison_id", "state", "created_at"]
    )
    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            one_of("offerstate_known", "open", "accepted", "declined", "lapsed"),
            nullable=False,
        ),
        sa.Column("code_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("code_fingerprint", sa.String(64), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["waiting_entry.id"], name=op.f("fk_offer_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_offer_visit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("code_fingerprint", name=op.f("uq_offer_code_fingerprint")),
        sa.UniqueConstraint("reference", name=op.f("uq_offer_reference")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_offer_visit_id")),
    )
    op.create_index(op.f("ix_offer_entry_id"), "offer", ["entry_id"])
    op.create_index(op.f("ix_offer_expires_at"), "offer", ["expires_at"])
    op.create_table(
        "placement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("waited_days", sa.Integer(), nullable=False),
        sa.Column("has_met", sa.Boolean(), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=True),
        sa.Column("kiosk_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", UtcDateTime(), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["waiting_entry.id"], name=op.f("fk_placement_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["kiosk_id"], ["station.id"], name=op.f("fk_placement_kiosk_id")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["plan.id"],
            name=op.f("fk_placement_plan_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["terminal_id"], ["station.id"], name=op.f("fk_placement_terminal_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_placement_visit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
        sa.UniqueConstraint(
            "plan_id", "entry_id", name=op.f("uq_placement_plan_id_entry_id")
        ),
    )
    op.create_index(op.f("ix_placement_entry_id"), "placement", ["entry_id"])
    op.create_table(
        "waiting_visitor",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("visitor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["waiting_entry.id"],
            name=op.f("fk_waiting_visitor_entry_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["visitor_id"], ["visitor.id"], name=op.f("fk_waiting_visitor_visitor_id")
        ),
        sa.PrimaryKeyConstraint(
            "entry_id", "visitor_id", name=op.f("pk_waiting_visitor")
        ),
    )


def downgrade() -> None:
    op.drop_table("waiting_visitor")
    op.drop_table("placement")
    op.drop_table("offer")
    op.drop_table("waiting_entry")
    op.drop_table("plan")
