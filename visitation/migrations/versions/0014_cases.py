"""Requests that are followed until there is an answer."""

import sqlalchemy as sa
from alembic import op

from visitation.database.columns import UtcDateTime, one_of

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_STATE = (
    "submitted",
    "in_progress",
    "referred",
    "reopened",
    "appealed",
    "granted",
    "denied",
    "withdrawn",
)


def upgrade() -> None:
    _cases()
    _steps()
    _orders()
    _documents()


def downgrade() -> None:
    for name in ("case_document", "case_order", "case_step", "legal_case"):
        op.drop_table(name)


def _to(table: str, column: str, other: str, **kw: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, **kw)


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _seen() -> sa.Column[str]:
    words = one_of("visibility_known", "family", "staff", "officials")
    return sa.Column("visibility", words, nullable=False)


def _cases() -> None:
    op.create_table(
        "legal_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("tracking_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("tracking_fingerprint", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", one_of("casestate_known", *_STATE), nullable=False),
        sa.Column(
            "source",
            one_of("casesource_known", "family", "prisoner", "official", "professional"),
            nullable=False,
        ),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column("visitor_id", sa.Integer(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("raised_by_id", sa.Integer(), nullable=True),
        sa.Column("point_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        _to("legal_case", "prisoner_id", "prisoner"),
        _to("legal_case", "visitor_id", "visitor"),
        _to("legal_case", "visit_id", "visit", ondelete="SET NULL"),
        _to("legal_case", "raised_by_id", "account"),
        _to("legal_case", "point_id", "site"),
        _to("legal_case", "owner_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_case")),
        sa.UniqueConstraint("reference", name=op.f("uq_legal_case_reference")),
        sa.UniqueConstraint(
            "tracking_fingerprint", name=op.f("uq_legal_case_tracking_fingerprint")
        ),
    )
    _index(
        "legal_case",
        *("prisoner_id", "visitor_id", "visit_id"),
        *("raised_at", "decided_at", "changed_at"),
    )
    still = sa.text(
        "state NOT IN ('granted', 'denied', 'withdrawn') AND visitor_id IS NOT NULL"
    )
    op.create_index(
        "legal_case_open_once",
        "legal_case",
        ["prisoner_id", "visitor_id", "kind"],
        unique=True,
        sqlite_where=still,
        postgresql_where=still,
    )
    op.create_index("legal_case_due", "legal_case", ["state", "due_at"])
    op.create_index("legal_case_owner", "legal_case", ["owner_id", "state"])


def _steps() -> None:
    op.create_table(
        "case_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("state", one_of("casestate_known", *_STATE), nullable=False),
        _seen(),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("template", sa.String(32), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("visitor_id", sa.Integer(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        _to("case_step", "case_id", "legal_case"),
        _to("case_step", "account_id", "account"),
        _to("case_step", "visitor_id", "visitor"),
        _to("case_step", "visit_id", "visit", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_step")),
        sa.UniqueConstraint(
            "case_id", "number", name=op.f("uq_case_step_case_id_number")
        ),
    )
    _index("case_step", "at", "visit_id")


def _orders() -> None:
    op.create_table(
        "case_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column(
            "state",
            one_of("orderstate_known", "open", "done", "cancelled"),
            nullable=False,
        ),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(1000), nullable=False),
        sa.CheckConstraint(
            "(site_id IS NULL) <> (account_id IS NULL)",
            name=op.f("ck_case_order_to_one_of_both"),
        ),
        _to("case_order", "case_id", "legal_case"),
        _to("case_order", "site_id", "site"),
        _to("case_order", "account_id", "account"),
        _to("case_order", "made_by_id", "account"),
        _to("case_order", "ended_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_order")),
        sa.UniqueConstraint("reference", name=op.f("uq_case_order_reference")),
    )
    _index("case_order", "case_id", "site_id", "account_id")
    op.create_index("case_order_due", "case_order", ["state", "due_at"])


def _documents() -> None:
    op.create_table(
        "case_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        _seen(),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("visitor_id", sa.Integer(), nullable=True),
        _to("case_document", "case_id", "legal_case"),
        _to("case_document", "account_id", "account"),
        _to("case_document", "visitor_id", "visitor"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_document")),
        sa.UniqueConstraint("reference", name=op.f("uq_case_document_reference")),
        sa.UniqueConstraint(
            "case_id", "digest", name=op.f("uq_case_document_case_id_digest")
        ),
    )
