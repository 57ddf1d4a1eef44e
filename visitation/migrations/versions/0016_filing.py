"""What people file by themselves."""

import sqlalchemy as sa
from alembic import op

from visitation.database.columns import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _drafts()
    _corrections()


def downgrade() -> None:
    op.drop_table("filing_correction")
    op.drop_table("filing_draft")


def _to(column: str, other: str, **kw: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_filing_draft_{column}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, **kw)


def _drafts() -> None:
    op.create_table(
        "filing_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("visitor_id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("point_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("suggested", sa.String(32), nullable=True),
        sa.Column("kind", sa.String(32), nullable=True),
        sa.Column("guesses", sa.JSON(), nullable=False),
        sa.Column("unsorted", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("handed_at", UtcDateTime(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        _to("visitor_id", "visitor"),
        _to("prisoner_id", "prisoner"),
        _to("visit_id", "visit", ondelete="SET NULL"),
        _to("point_id", "site"),
        _to("case_id", "legal_case"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_draft")),
        sa.UniqueConstraint("reference", name=op.f("uq_filing_draft_reference")),
    )
    for column in ("visitor_id", "expires_at"):
        op.create_index(op.f(f"ix_filing_draft_{column}"), "filing_draft", [column])


def _corrections() -> None:
    op.create_table(
        "filing_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("suggested", sa.String(32), nullable=False),
        sa.Column("meant", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_correction")),
    )
    op.create_index(op.f("ix_filing_correction_at"), "filing_correction", ["at"])
