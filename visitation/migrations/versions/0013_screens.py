"""What the pages of families, points and prisons keep."""

import sqlalchemy as sa
from alembic import op

from visitation.database.columns import UtcDateTime, one_of

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _calls()
    _own_phones()
    _duty()
    _rulings()
    _points()
    _maintenance()


def downgrade() -> None:
    op.drop_table("maintenance")
    _without_points()
    _without_rulings()
    _without_duty()
    _without_own_phones()
    _without_calls()


def _calls() -> None:
    with op.batch_alter_table("site_policy") as table:
        table.add_column(
            sa.Column(
                "chatting",
                one_of("chatting_known", "none", "phrases", "free"),
                nullable=False,
                server_default="phrases",
            )
        )
    _of_a_visit(
        "chat_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_line")),
    )
    _of_a_visit(
        "help_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column(
            "place",
            one_of("helpplace_known", "check", "waiting", "call"),
            nullable=False,
        ),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["account.id"], name=op.f("fk_help_call_answered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_call")),
        sa.UniqueConstraint("reference", name=op.f("uq_help_call_reference")),
    )
    op.create_index(
        "help_call_open",
        "help_call",
        ["participant_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    _of_a_visit(
        "feedback",
        sa.Column("mood", one_of("mood_known", "good", "fair", "bad"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_feedback")),
    )
    _of_a_visit(
        "wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column(
            "kind",
            one_of(
                "wishkind_known",
                "furlough",
                "release",
                "medical",
                "transfer",
                "visit",
                "other",
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=True),
        sa.Column("heard_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["heard_by_id"], ["account.id"], name=op.f("fk_wish_heard_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
        sa.UniqueConstraint("reference", name=op.f("uq_wish_reference")),
    )


def _of_a_visit(name: str, *parts: sa.schema.SchemaItem) -> None:
    """A table of what somebody did in a visit."""
    op.create_table(
        name,
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["visit.id"],
            name=op.f(f"fk_{name}_visit_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f(f"fk_{name}_participant_id"),
        ),
        *parts,
    )
    op.create_index(op.f(f"ix_{name}_visit_id"), name, ["visit_id"])


def _without_calls() -> None:
    for name in ("wish", "feedback", "help_call", "chat_line"):
        op.drop_table(name)
    with op.batch_alter_table("site_policy") as table:
        table.drop_constraint(op.f("ck_site_policy_chatting_known"), type_="check")
        table.drop_column("chatting")


def _duty() -> None:
    # Without a batch, which would look at every table that a session leads to.
    op.add_column("login_session", sa.Column("locked_at", UtcDateTime(), nullable=True))
    op.add_column(
        "prisoner",
        sa.Column("ward", sa.String(40), nullable=False, server_default=""),
    )
    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=True),
        sa.Column("visitor_id", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(prisoner_id IS NULL) <> (visitor_id IS NULL)",
            name=op.f("ck_photo_of_one_person"),
        ),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoner.id"], name=op.f("fk_photo_prisoner_id")
        ),
        sa.ForeignKeyConstraint(
            ["visitor_id"], ["visitor.id"], name=op.f("fk_photo_visitor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("prisoner_id", name=op.f("uq_photo_prisoner_id")),
        sa.UniqueConstraint("visitor_id", name=op.f("uq_photo_visitor_id")),
    )
    op.create_table(
        "staff_pin",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("pin_hash", sa.String(200), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_staff_pin_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_staff_pin")),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            one_of(
                "incidentkind_known",
                "rules",
                "identity",
                "threat",
                "health",
                "device",
                "other",
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["visit.id"],
            name=op.f("fk_incident_visit_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_incident_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("reference", name=op.f("uq_incident_reference")),
    )
    op.create_index(op.f("ix_incident_visit_id"), "incident", ["visit_id"])


def _without_duty() -> None:
    op.drop_table("incident")
    op.drop_table("staff_pin")
    op.drop_table("photo")
    op.drop_column("prisoner", "ward")
    op.drop_column("login_session", "locked_at")


def _own_phones() -> None:
    op.create_table(
        "link_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("visitor_id", sa.Integer(), nullable=False),
        sa.Column("prison_id", sa.Integer(), nullable=False),
        sa.Column("prisoner_number", sa.String(32), nullable=False),
        sa.Column("prisoner_name", sa.String(120), nullable=False),
        sa.Column(
            "relation",
            one_of(
                "relation_known",
                "spouse",
                "parent",
                "child",
                "sibling",
                "grandparent",
                "relative",
                "friend",
                "lawyer",
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("national_id_sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "state",
            one_of("linkstate_known", "asked", "approved", "refused"),
            nullable=False,
        ),
        sa.Column(
            "told",
            one_of(
                "declinereason_known", "ask", "no_place", "papers", "contact", "rules"
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["visitor_id"], ["visitor.id"], name=op.f("fk_link_request_visitor_id")
        ),
        sa.ForeignKeyConstraint(
            ["prison_id"], ["site.id"], name=op.f("fk_link_request_prison_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["account.id"],
            name=op.f("fk_link_request_decided_by_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_link_request_reference")),
    )
    op.create_index(
        op.f("ix_link_request_visitor_id"), "link_request", ["visitor_id"]
    )
    op.create_index("link_request_open", "link_request", ["prison_id", "state"])
    op.create_table(
        "booker",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("visitor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["visit.id"],
            name=op.f("fk_booker_visit_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["visitor_id"], ["visitor.id"], name=op.f("fk_booker_visitor_id")
        ),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_booker")),
    )
    op.create_index(op.f("ix_booker_visitor_id"), "booker", ["visitor_id"])


def _without_own_phones() -> None:
    op.drop_table("booker")
    op.drop_table("link_request")


def _rulings() -> None:
    op.create_table(
        "ruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("wish_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            one_of("rulingkind_known", "granted", "denied", "referred", "noted"),
            nullable=False,
        ),
        sa.Column(
            "about",
            one_of(
                "wishkind_known",
                "furlough",
                "release",
                "medical",
                "transfer",
                "visit",
                "other",
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("template", sa.String(32), nullable=False),
        sa.Column(
            "state", one_of("rulingstate_known", "open", "answered"), nullable=False
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["visit.id"],
            name=op.f("fk_ruling_visit_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_ruling_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["wish_id"],
            ["wish.id"],
            name=op.f("fk_ruling_wish_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
        sa.UniqueConstraint("reference", name=op.f("uq_ruling_reference")),
    )
    op.create_index(op.f("ix_ruling_visit_id"), "ruling", ["visit_id"])
    decided = sa.text("wish_id IS NOT NULL AND kind IN ('granted', 'denied')")
    op.create_index(
        "ruling_decides_once",
        "ruling",
        ["wish_id"],
        unique=True,
        sqlite_where=decided,
        postgresql_where=decided,
    )
    op.create_table(
        "calendar_feed",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_calendar_feed_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_calendar_feed_fingerprint")),
    )


def _without_rulings() -> None:
    op.drop_table("calendar_feed")
    op.drop_table("ruling")


def _points() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "errand",
            one_of("errand_known", "visit", "booking", "other"),
            nullable=False,
        ),
        sa.Column(
            "state",
            one_of("ticketstate_known", "waiting", "called", "served", "left"),
            nullable=False,
        ),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("called_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["point_id"], ["site.id"], name=op.f("fk_ticket_point_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("reference", name=op.f("uq_ticket_reference")),
        sa.UniqueConstraint(
            "point_id", "day", "number", name=op.f("uq_ticket_point_id_day_number")
        ),
    )
    op.create_table(
        "point_day",
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["point_id"], ["site.id"], name=op.f("fk_point_day_point_id")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["account.id"], name=op.f("fk_point_day_closed_by_id")
        ),
        sa.PrimaryKeyConstraint("point_id", "day", name=op.f("pk_point_day")),
    )
    op.create_table(
        "handover",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["visit.id"],
            name=op.f("fk_handover_visit_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["account.id"], name=op.f("fk_handover_written_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["account.id"], name=op.f("fk_handover_taken_by_id")
        ),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_handover")),
    )
    op.create_table(
        "device_test",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("camera", sa.Boolean(), nullable=True),
        sa.Column("microphone", sa.Boolean(), nullable=True),
        sa.Column("loudspeaker", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_device_test_station_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_test")),
    )
    op.create_index(op.f("ix_device_test_station_id"), "device_test", ["station_id"])
    op.create_table(
        "device_test_wanted",
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"],
            ["station.id"],
            name=op.f("fk_device_test_wanted_station_id"),
        ),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_device_test_wanted")),
    )


def _without_points() -> None:
    made = ("device_test_wanted", "device_test", "handover", "point_day", "ticket")
    for name in made:
        op.drop_table(name)


def _maintenance() -> None:
    op.create_table(
        "maintenance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column(
            "reason",
            one_of("workreason_known", "update", "network", "power", "repair"),
            nullable=False,
        ),
        sa.Column("text_fa", sa.String(300), nullable=False),
        sa.Column("text_en", sa.String(300), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("announced_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "starts_at < ends_at", name=op.f("ck_maintenance_ends_later")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance")),
    )
    op.create_index(op.f("ix_maintenance_ends_at"), "maintenance", ["ends_at"])
