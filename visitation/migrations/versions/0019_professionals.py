"""Licences, mandates and rosters; an approved link may have an end."""

import sqlalchemy as sa
from alembic import op

from visitation.database.columns import UtcDateTime, one_of

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_RELATIONS = (
    *("spouse", "parent", "child", "sibling", "grandparent", "relative", "friend"),
    "lawyer",
)
_LINKS = ("contact", "link_request")
#: The tables they refer to have an index on an expression, which nothing can read back.
_ALONE = {"resolve_fks": False}


def upgrade() -> None:
    _more_relations()
    _rosters()
    _licences()
    _mandates()


def downgrade() -> None:
    for name in ("mandate", "licence", "roster"):
        op.drop_table(name)
    known = ", ".join(f"'{one}'" for one in _RELATIONS)
    for name in _LINKS:
        op.execute(
            sa.text(
                f"UPDATE {name} SET relation = 'lawyer' WHERE relation NOT IN ({known})"
            )
        )
        with op.batch_alter_table(name, reflect_kwargs=_ALONE) as table:
            table.create_check_constraint(
                op.f(f"ck_{name}_relation_known"), f"relation IN ({known})"
            )
    op.drop_column("contact", "approved_until")


def _more_relations() -> None:
    for name in _LINKS:
        with op.batch_alter_table(name, reflect_kwargs=_ALONE) as table:
            table.drop_constraint(op.f(f"ck_{name}_relation_known"), type_="check")
    op.add_column("contact", sa.Column("approved_until", UtcDateTime(), nullable=True))


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def _once(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _rosters() -> None:
    op.create_table(
        "roster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("province_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(120), nullable=False),
        sa.Column("issuer_folded", sa.String(120), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=True),
        _to("roster", "province_id", "province"),
        _to("roster", "imported_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
        sa.UniqueConstraint("reference", name=op.f("uq_roster_reference")),
        sa.UniqueConstraint(
            "province_id",
            "issuer_folded",
            name=op.f("uq_roster_province_id_issuer_folded"),
        ),
    )


def _licences() -> None:
    professions = ("lawyer", "expert", "representative", "graduate")
    states = ("asked", "verified", "refused", "revoked", "ended", "expired")
    op.create_table(
        "licence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("visitor_id", sa.Integer(), nullable=False),
        sa.Column(
            "profession", one_of("profession_known", *professions), nullable=False
        ),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_fingerprint", sa.String(64), nullable=False),
        sa.Column("issuer", sa.String(120), nullable=False),
        sa.Column("province_id", sa.Integer(), nullable=False),
        sa.Column("roster_id", sa.Integer(), nullable=True),
        sa.Column("state", one_of("licencestate_known", *states), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("renewal_asked_at", UtcDateTime(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("warned_for", sa.Date(), nullable=True),
        _to("licence", "visitor_id", "visitor"),
        _to("licence", "province_id", "province"),
        _to("licence", "roster_id", "roster"),
        _to("licence", "decided_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence")),
        sa.UniqueConstraint("reference", name=op.f("uq_licence_reference")),
    )
    op.create_index(op.f("ix_licence_visitor_id"), "licence", ["visitor_id"])
    op.create_index(op.f("ix_licence_roster_id"), "licence", ["roster_id"])
    op.create_index("licence_of_province", "licence", ["province_id", "state"])
    whose = ["visitor_id", "profession"]
    _once("licence_asked_once", "licence", whose, "state = 'asked'")
    _once("licence_held_once", "licence", whose, "state = 'verified'")
    _once(
        "licence_number_once", "licence", ["number_fingerprint"], "state = 'verified'"
    )


def _mandates() -> None:
    states = ("asked", "approved", "refused", "ended")
    op.create_table(
        "mandate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("licence_id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.String(60), nullable=False),
        sa.Column("state", one_of("mandatestate_known", *states), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        _to("mandate", "licence_id", "licence"),
        _to("mandate", "prisoner_id", "prisoner"),
        _to("mandate", "decided_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
        sa.UniqueConstraint("reference", name=op.f("uq_mandate_reference")),
    )
    op.create_index(op.f("ix_mandate_licence_id"), "mandate", ["licence_id"])
    op.create_index(op.f("ix_mandate_prisoner_id"), "mandate", ["prisoner_id"])
    _once(
        "mandate_once",
        "mandate",
        ["licence_id", "prisoner_id"],
        "state IN ('asked', 'approved')",
    )
