"""What the database refuses by itself, whatever a program tries.

PostgreSQL: two occupying visits can never overlap at a terminal, even without claims.
Both: an audit entry is never changed and never deleted.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = tuple(
    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
    "BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END"
    for table in ("audit_entry", "audit_seal")
    for verb in ("UPDATE", "DELETE")
)

POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "ALTER TABLE visit ADD CONSTRAINT visit_terminal_apart EXCLUDE USING gist "
    "(terminal_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&) "
    "WHERE (state IN ('held', 'requested', 'booked', 'live'))",
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'audit entries are append-only'; END $$",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        for table in ("audit_entry", "audit_seal")
    ),
)


def upgrade() -> None:
    walls = POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE
    for statement in walls:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("the walls stay")
