"""What line tests found, and how each participant's line did in a call."""

import sqlalchemy as sa
from alembic import op

from visitation.database.columns import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_VERDICTS = ("good", "weak", "sound_only", "not_enough")


def upgrade() -> None:
    op.create_table(
        "line_test",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                *_VERDICTS,
                name="verdict_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("loss_up", sa.Float(), nullable=False),
        sa.Column("loss_down", sa.Float(), nullable=False),
        sa.Column("round_trip", sa.Float(), nullable=True),
        sa.Column("jitter", sa.Float(), nullable=False),
        sa.Column("rate_up", sa.Integer(), nullable=False),
        sa.Column("rate_down", sa.Integer(), nullable=False),
        sa.Column("relayed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_line_test_station_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_line_test_participant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_test")),
    )
    for column in ("station_id", "participant_id"):
        op.create_index(op.f(f"ix_line_test_{column}"), "line_test", [column])
    op.create_table(
        "line_record",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("measured_at", UtcDateTime(), nullable=False),
        *(
            sa.Column(name, sa.Float(), nullable=False)
            for name in (
                "seconds_up",
                "seconds_down",
                "seconds_timed",
                "loss_up_total",
                "loss_up_worst",
                "loss_down_total",
                "loss_down_worst",
                "round_trip_total",
                "round_trip_worst",
                "jitter_total",
                "jitter_worst",
            )
        ),
        sa.Column("bytes_up", sa.BigInteger(), nullable=False),
        sa.Column("bytes_down", sa.BigInteger(), nullable=False),
        sa.Column("seconds_audio_only", sa.Float(), nullable=False),
        sa.Column("seconds_relayed", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_line_record_participant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["visit.id"],
            name=op.f("fk_line_record_visit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_line_record")),
    )
    op.create_index(op.f("ix_line_record_visit_id"), "line_record", ["visit_id"])


def downgrade() -> None:
    op.drop_table("line_record")
    op.drop_table("line_test")
