"""Allowances, covers, series, ranked wishes, and flags on booked visits."""

import sqlalchemy as sa
from alembic import op

from visitation.database.columns import UtcDateTime, one_of

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ONE_OWNER = (
    "(CASE WHEN visit_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN closure_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN cover_id IS NULL THEN 0 ELSE 1 END) = 1"
)
_TABLES = ("ranked_wish", "flag", "allowance_entry", "cover", "allowance", "series")


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("reference", name=op.f("uq_series_reference")),
    )
    op.create_table(
        "allowance",
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(16), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "used >= 0 AND used <= granted", name=op.f("ck_allowance_never_negative")
        ),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoner.id"], name=op.f("fk_allowance_prisoner_id")
        ),
        sa.PrimaryKeyConstraint("prisoner_id", "period", name=op.f("pk_allowance")),
    )
    op.create_table(
        "cover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column(
            "attendance",
            one_of("attendance_known", "desk", "phone", "village"),
            nullable=False,
        ),
        sa.Column("prison_id", sa.Integer(), nullable=True),
        sa.Column("mobile_day_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mobile_day_id"], ["mobile_day.id"], name=op.f("fk_cover_mobile_day_id")
        ),
        sa.ForeignKeyConstraint(
            ["official_id"], ["account.id"], name=op.f("fk_cover_official_id")
        ),
        sa.ForeignKeyConstraint(
            ["prison_id"], ["site.id"], name=op.f("fk_cover_prison_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover")),
        sa.UniqueConstraint("reference", name=op.f("uq_cover_reference")),
    )
    op.create_index(op.f("ix_cover_mobile_day_id"), "cover", ["mobile_day_id"])
    op.create_index(op.f("ix_cover_official_id"), "cover", ["official_id"])
    op.create_index(op.f("ix_cover_prison_id"), "cover", ["prison_id"])
    op.create_index(op.f("ix_cover_starts_at"), "cover", ["starts_at"])
    op.create_table(
        "allowance_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(16), nullable=False),
        sa.Column(
            "change",
            one_of("allowancechange_known", "accrual", "use", "refund", "adjustment"),
            nullable=False,
        ),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_allowance_entry_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["prisoner_id"],
            ["prisoner.id"],
            name=op.f("fk_allowance_entry_prisoner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_allowance_entry_visit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowance_entry")),
    )
    op.create_index(
        "allowance_entry_period", "allowance_entry", ["prisoner_id", "period"]
    )
    op.create_index(
        op.f("ix_allowance_entry_visit_id"), "allowance_entry", ["visit_id"]
    )
    op.create_table(
        "flag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=True),
        sa.Column("kept_by_id", sa.Integer(), nullable=True),
        sa.Column("kept_reason", sa.String(200), nullable=False),
        sa.Column("gone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["kept_by_id"], ["account.id"], name=op.f("fk_flag_kept_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["visit.id"],
            name=op.f("fk_flag_visit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
    )
    op.create_index(
        "flag_open",
        "flag",
        ["visit_id", "reason"],
        unique=True,
        sqlite_where=sa.text("gone_at IS NULL"),
        postgresql_where=sa.text("gone_at IS NULL"),
    )
    op.create_table(
        "ranked_wish",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("kiosk_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("rank BETWEEN 1 AND 3", name=op.f("ck_ranked_wish_rank")),
        sa.ForeignKeyConstraint(
            ["kiosk_id"], ["station.id"], name=op.f("fk_ranked_wish_kiosk_id")
        ),
        sa.ForeignKeyConstraint(
            ["terminal_id"], ["station.id"], name=op.f("fk_ranked_wish_terminal_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["visit.id"],
            name=op.f("fk_ranked_wish_visit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("visit_id", "rank", name=op.f("pk_ranked_wish")),
    )
    with op.batch_alter_table("claim") as table:
        table.add_column(sa.Column("cover_id", sa.Integer(), nullable=True))
        table.create_index(
            op.f("ix_claim_cover_id"),
            ["cover_id"],
            sqlite_where=sa.text("cover_id IS NOT NULL"),
            postgresql_where=sa.text("cover_id IS NOT NULL"),
        )
        table.create_foreign_key(
            op.f("fk_claim_cover_id"), "cover", ["cover_id"], ["id"], ondelete="CASCADE"
        )
        table.drop_constraint(op.f("ck_claim_one_owner"), type_="check")
        table.create_check_constraint(op.f("ck_claim_one_owner"), _ONE_OWNER)
    with op.batch_alter_table("visit") as table:
        table.add_column(
            sa.Column(
                "official_wanted",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
            )
        )
        table.add_column(sa.Column("cover_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("import_key", sa.String(64), nullable=True))
        table.create_index(op.f("ix_visit_cover_id"), ["cover_id"])
        table.create_index(op.f("ix_visit_series_id"), ["series_id"])
        table.create_unique_constraint(op.f("uq_visit_import_key"), ["import_key"])
        for column, other in (("series_id", "series"), ("cover_id", "cover")):
            table.create_foreign_key(op.f(f"fk_visit_{column}"), other, [column], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("visit") as table:
        for column in ("series_id", "cover_id"):
            table.drop_constraint(op.f(f"fk_visit_{column}"), type_="foreignkey")
            table.drop_index(op.f(f"ix_visit_{column}"))
            table.drop_column(column)
        table.drop_constraint(op.f("uq_visit_import_key"), type_="unique")
        table.drop_column("import_key")
        table.drop_column("official_wanted")
    op.execute("DELETE FROM claim WHERE cover_id IS NOT NULL")
    with op.batch_alter_table("claim") as table:
        table.drop_constraint(op.f("ck_claim_one_owner"), type_="check")
        table.create_check_constraint(
            op.f("ck_claim_one_owner"),
            "(visit_id IS NULL) <> (closure_id IS NULL)",
        )
        table.drop_constraint(op.f("fk_claim_cover_id"), type_="foreignkey")
        table.drop_index(op.f("ix_claim_cover_id"))
        table.drop_column("cover_id")
    for gone in _TABLES:
        op.drop_table(gone)
