"""Holidays, mobile days, policies by level, and what keeps people from a visit."""

import sqlalchemy as sa
from alembic import op

from visitation.database.columns import UtcDateTime, one_of

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: New numbers of a policy, and what they are until somebody chooses.
_NUMBERS = {
    "family_notice_minutes": 1440,
    "family_horizon_days": 28,
    "official_notice_minutes": 60,
    "official_horizon_days": 60,
    "visits_per_month": 8,
    "adult_age": 18,
    "cancel_minutes": 120,
    "decide_minutes": 720,
}
_CHOSEN = (
    "notice_minutes",
    "horizon_days",
    "turnover_minutes",
    "early_minutes",
    "grace_minutes",
    "max_party",
    "visits_per_week",
    "reminder_hours",
    "reminder_soon_minutes",
    "reconnect_grace_seconds",
    "credit_max_minutes",
    "supervision",
)
_TABLES = ('mobile_stop', 'kept_apart', 'bar', 'appointment', 'province_grant', 'mobile_day', 'official_hours', 'holiday', 'policy_choice')


def upgrade() -> None:
    op.create_table(
        "policy_choice",
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "name", name=op.f("pk_policy_choice")),
    )
    op.create_table(
        "holiday",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("province_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("observed", sa.Boolean(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["province_id"], ["province.id"], name=op.f("fk_holiday_province_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday")),
    )
    op.create_table(
        "official_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column(
            "attendance",
            one_of("attendance_known", "desk", "phone", "village"),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_official_hours_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official_hours")),
    )
    op.create_index(
        op.f("ix_official_hours_account_id"), "official_hours", ["account_id"]
    )
    op.create_table(
        "mobile_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "state",
            one_of("mobiledaystate_known", "planned", "cancelled"),
            nullable=False,
        ),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_mobile_day_site_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mobile_day")),
        sa.UniqueConstraint("reference", name=op.f("uq_mobile_day_reference")),
        sa.UniqueConstraint("site_id", "day", name=op.f("uq_mobile_day_site_id_day")),
    )
    op.create_index(op.f("ix_mobile_day_day"), "mobile_day", ["day"])
    op.create_table(
        "province_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prison_id", sa.Integer(), nullable=False),
        sa.Column("province_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("granted_at", UtcDateTime(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["prison_id"], ["site.id"], name=op.f("fk_province_grant_prison_id")
        ),
        sa.ForeignKeyConstraint(
            ["province_id"], ["province.id"], name=op.f("fk_province_grant_province_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_province_grant")),
        sa.UniqueConstraint(
            "prison_id",
            "province_id",
            name=op.f("uq_province_grant_prison_id_province_id"),
        ),
    )
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            one_of("appointmentkind_known", "court", "medical", "other"),
            nullable=False,
        ),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("external_id", sa.String(64), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "starts_at < ends_at", name=op.f("ck_appointment_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoner.id"], name=op.f("fk_appointment_prisoner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("external_id", name=op.f("uq_appointment_external_id")),
    )
    op.create_index(op.f("ix_appointment_prisoner_id"), "appointment", ["prisoner_id"])
    op.create_table(
        "bar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column("visitor_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("order_number", sa.String(60), nullable=False),
        sa.Column("judge", sa.String(120), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoner.id"], name=op.f("fk_bar_prisoner_id")
        ),
        sa.ForeignKeyConstraint(
            ["visitor_id"], ["visitor.id"], name=op.f("fk_bar_visitor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bar")),
    )
    op.create_index(op.f("ix_bar_prisoner_id"), "bar", ["prisoner_id"])
    op.create_index(op.f("ix_bar_visitor_id"), "bar", ["visitor_id"])
    op.create_table(
        "kept_apart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_kept_apart_in_order")),
        sa.ForeignKeyConstraint(
            ["one_id"], ["prisoner.id"], name=op.f("fk_kept_apart_one_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["prisoner.id"], name=op.f("fk_kept_apart_other_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_apart")),
        sa.UniqueConstraint(
            "one_id", "other_id", name=op.f("uq_kept_apart_one_id_other_id")
        ),
    )
    op.create_index(op.f("ix_kept_apart_other_id"), "kept_apart", ["other_id"])
    op.create_table(
        "mobile_stop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mobile_day_id", sa.Integer(), nullable=False),
        sa.Column("village_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("travel_minutes", sa.Integer(), nullable=False),
        sa.Column("kiosks", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "starts_at < ends_at", name=op.f("ck_mobile_stop_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["mobile_day_id"],
            ["mobile_day.id"],
            name=op.f("fk_mobile_stop_mobile_day_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["site.id"], name=op.f("fk_mobile_stop_village_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mobile_stop")),
    )
    op.create_index(
        op.f("ix_mobile_stop_mobile_day_id"), "mobile_stop", ["mobile_day_id"]
    )
    op.create_index(op.f("ix_mobile_stop_starts_at"), "mobile_stop", ["starts_at"])
    op.create_index(op.f("ix_mobile_stop_village_id"), "mobile_stop", ["village_id"])
    op.create_index(
        "holiday_day_place",
        "holiday",
        ["day", sa.text("coalesce(province_id, 0)")],
        unique=True,
    )
    with op.batch_alter_table("session_template") as table:
        table.add_column(_number("every_weeks", 1))
        table.add_column(
            sa.Column(
                "on_holidays", sa.Boolean(), nullable=False, server_default=sa.false()
            )
        )
        table.create_check_constraint(
            op.f("ck_session_template_every_weeks"), "every_weeks BETWEEN 1 AND 52"
        )
    for degrees in ("latitude", "longitude"):
        op.add_column("site", sa.Column(degrees, sa.Float(), nullable=True))
    with op.batch_alter_table("site_policy") as table:
        for name, default in _NUMBERS.items():
            table.add_column(_number(name, default))
        table.add_column(
            sa.Column(
                "approval",
                one_of("approval_known", "none", "required"),
                nullable=False,
                server_default="none",
            )
        )
    _remember_choices()


def _number(name: str, default: int) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=str(default))


def _remember_choices() -> None:
    """What each prison had set so far was chosen for it, number by number."""
    connection = op.get_bind()
    chosen = ", ".join(_CHOSEN)
    choice = sa.table(
        "policy_choice",
        sa.column("scope", sa.String),
        sa.column("name", sa.String),
        sa.column("value", sa.JSON),
    )
    for row in connection.execute(
        sa.text(f"SELECT site_id, {chosen} FROM site_policy")  # noqa: S608
    ).mappings():
        for name in _CHOSEN:
            connection.execute(
                choice.insert().values(
                    scope=f"site:{row['site_id']}", name=name, value=row[name]
                )
            )


def downgrade() -> None:
    with op.batch_alter_table("site_policy") as table:
        table.drop_constraint(op.f("ck_site_policy_approval_known"), type_="check")
        table.drop_column("approval")
        for name in _NUMBERS:
            table.drop_column(name)
    for degrees in ("longitude", "latitude"):
        op.drop_column("site", degrees)
    with op.batch_alter_table("session_template") as table:
        table.drop_constraint(op.f("ck_session_template_every_weeks"), type_="check")
        table.drop_column("on_holidays")
        table.drop_column("every_weeks")
    for gone in _TABLES:
        op.drop_table(gone)
