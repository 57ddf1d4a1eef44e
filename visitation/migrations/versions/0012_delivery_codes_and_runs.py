"""Messages that are looked after, codes for phones, counted attempts, runs of sweeps."""

import sqlalchemy as sa
from alembic import op

from visitation.database.columns import UtcDateTime, one_of

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

#: A table that is written anew is read without those it refers to.
_ALONE = {"resolve_fks": False}
_OUTCOMES = ("told", "no_answer", "wrong_number", "too_late", "arrived")


def upgrade() -> None:
    _codes()
    _messages()
    _call_list()
    op.create_table(
        "attempt_count",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "name", "key", "since", name=op.f("pk_attempt_count")
        ),
    )
    op.create_table(
        "sweep_run",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("node", sa.String(64), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("late_ms", sa.Integer(), nullable=False),
        sa.Column("lag_ms", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "node", name=op.f("pk_sweep_run")),
    )
    op.create_table(
        "daily_run",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_daily_run")),
    )
    with op.batch_alter_table("visitor", reflect_kwargs=_ALONE) as table:
        table.add_column(sa.Column("helper_phone", sa.String(20), nullable=True))


def _codes() -> None:
    op.create_table(
        "challenge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("phone_fingerprint", sa.String(64), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("code_fingerprint", sa.String(64), nullable=True),
        sa.Column("code_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
        sa.UniqueConstraint("reference", name=op.f("uq_challenge_reference")),
    )
    op.create_index(
        op.f("ix_challenge_phone_fingerprint"), "challenge", ["phone_fingerprint"]
    )
    with op.batch_alter_table("login_session", reflect_kwargs=_ALONE) as table:
        table.add_column(sa.Column("visitor_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_login_session_visitor_id"), "visitor", ["visitor_id"], ["id"]
        )
    op.create_index(
        op.f("ix_login_session_visitor_id"), "login_session", ["visitor_id"]
    )


def _messages() -> None:
    with op.batch_alter_table("message", reflect_kwargs=_ALONE) as table:
        table.add_column(sa.Column("challenge_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_message_challenge_id"),
            "challenge",
            ["challenge_id"],
            ["id"],
            ondelete="SET NULL",
        )
        table.add_column(
            sa.Column(
                "channel",
                one_of("channel_known", "sms", "voice"),
                nullable=False,
                server_default="sms",
            )
        )
        table.add_column(
            sa.Column(
                "addressee",
                one_of("addressee_known", "own", "helper"),
                nullable=False,
                server_default="own",
            )
        )
        table.add_column(
            sa.Column("priority", sa.Integer(), nullable=False, server_default="5")
        )
        table.add_column(
            sa.Column("round", sa.Integer(), nullable=False, server_default="1")
        )
        table.add_column(sa.Column("look_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("delivered_at", UtcDateTime(), nullable=True))
    op.drop_index("message_due", "message")
    op.create_index("message_due", "message", ["state", "priority", "not_before"])
    op.create_index("message_to_look_after", "message", ["state", "look_at"])
    op.create_index(
        "message_of_challenge",
        "message",
        ["challenge_id"],
        sqlite_where=sa.text("challenge_id IS NOT NULL"),
        postgresql_where=sa.text("challenge_id IS NOT NULL"),
    )
    op.create_table(
        "delivery_event",
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("gateway_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("fate", sa.String(16), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "gateway", "gateway_id", "status", name=op.f("pk_delivery_event")
        ),
    )
    op.create_index(
        op.f("ix_delivery_event_received_at"), "delivery_event", ["received_at"]
    )
    op.create_table(
        "opt_out",
        sa.Column("phone_fingerprint", sa.String(64), nullable=False),
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("phone_fingerprint", name=op.f("pk_opt_out")),
    )


def _call_list() -> None:
    op.create_table(
        "call_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("template", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_by", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("outcome", one_of("calloutcome_known", *_OUTCOMES), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_call_task_site_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["visit.id"],
            name=op.f("fk_call_task_visit_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_call_task_participant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
            name=op.f("fk_call_task_message_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["done_by"], ["account.id"], name=op.f("fk_call_task_done_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_task")),
        sa.UniqueConstraint(
            "visit_id",
            "participant_id",
            "template",
            name=op.f("uq_call_task_visit_id_participant_id_template"),
        ),
    )
    op.create_index("call_task_open", "call_task", ["site_id", "done_at"])


def downgrade() -> None:
    with op.batch_alter_table("visitor", reflect_kwargs=_ALONE) as table:
        table.drop_column("helper_phone")
    for name in ("daily_run", "sweep_run", "attempt_count", "call_task", "opt_out"):
        op.drop_table(name)
    op.drop_table("delivery_event")
    op.drop_index("message_of_challenge", "message")
    op.drop_index("message_to_look_after", "message")
    op.drop_index("message_due", "message")
    op.create_index("message_due", "message", ["state", "not_before"])
    with op.batch_alter_table("message", reflect_kwargs=_ALONE) as table:
        table.drop_constraint(op.f("fk_message_challenge_id"), type_="foreignkey")
        for name in ("channel", "addressee"):
            table.drop_constraint(op.f(f"ck_message_{name}_known"), type_="check")
        for name in (
            *("delivered_at", "look_at", "round", "priority"),
            *("addressee", "channel", "challenge_id"),
        ):
            table.drop_column(name)
    op.drop_index(op.f("ix_login_session_visitor_id"), "login_session")
    with op.batch_alter_table("login_session", reflect_kwargs=_ALONE) as table:
        table.drop_constraint(op.f("fk_login_session_visitor_id"), type_="foreignkey")
        table.drop_column("visitor_id")
    op.drop_table("challenge")
