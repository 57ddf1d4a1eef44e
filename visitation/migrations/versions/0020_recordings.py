"""Recordings, who agreed to them and who played them; never of a privileged visit."""

import sqlalchemy as sa
from alembic import op

from visitation.database.columns import UtcDateTime, one_of

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

#: What the wall says, whichever way somebody runs into it.
_SAID = "a recording is of a visit of its own kind, and never of a legal one"
_FITS = (
    "SELECT 1 FROM visit WHERE visit.id = NEW.visit_id"
    " AND visit.kind = NEW.visit_kind AND visit.kind <> 'legal'"
)
_RECORDED = "SELECT 1 FROM recording WHERE recording.visit_id = NEW.id"

SQLITE = (
    *(
        f"CREATE TRIGGER recording_privileged_{verb.lower()} BEFORE {verb} ON recording "
        f"WHEN NOT EXISTS ({_FITS}) BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
        for verb in ("INSERT", "UPDATE")
    ),
    "CREATE TRIGGER visit_recorded_kind BEFORE UPDATE OF kind ON visit "
    f"WHEN NEW.kind <> OLD.kind AND EXISTS ({_RECORDED}) "
    f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION refuse_privileged_recording() RETURNS trigger "
    f"LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS ({_FITS}) THEN "
    f"RAISE EXCEPTION '{_SAID}'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER recording_privileged BEFORE INSERT OR UPDATE ON recording "
    "FOR EACH ROW EXECUTE FUNCTION refuse_privileged_recording()",
    "CREATE FUNCTION refuse_kind_of_recorded() RETURNS trigger "
    f"LANGUAGE plpgsql AS $$ BEGIN IF EXISTS ({_RECORDED}) THEN "
    f"RAISE EXCEPTION '{_SAID}'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER visit_recorded_kind BEFORE UPDATE OF kind ON visit "
    "FOR EACH ROW WHEN (NEW.kind <> OLD.kind) "
    "EXECUTE FUNCTION refuse_kind_of_recorded()",
)
SQLITE_DOWN = ("DROP TRIGGER visit_recorded_kind",)
POSTGRESQL_DOWN = (
    "DROP TRIGGER visit_recorded_kind ON visit",
    "DROP FUNCTION refuse_kind_of_recorded()",
)


def upgrade() -> None:
    with op.batch_alter_table("site_policy") as table:
        table.add_column(
            sa.Column(
                "recorded",
                one_of("recorded_known", "never", "consent"),
                nullable=False,
                server_default="never",
            )
        )
    _recording()
    _files()
    _consents()
    _plays()
    for statement in POSTGRESQL if _is_postgresql() else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    for statement in POSTGRESQL_DOWN if _is_postgresql() else SQLITE_DOWN:
        op.execute(statement)
    for name in ("recording_play", "recording_consent", "recording_file", "recording"):
        op.drop_table(name)
    if _is_postgresql():
        op.execute("DROP FUNCTION refuse_privileged_recording()")
    with op.batch_alter_table("site_policy") as table:
        table.drop_constraint(op.f("ck_site_policy_recorded_known"), type_="check")
        table.drop_column("recorded")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def _indexed(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _recording() -> None:
    kinds = ("family", "legal", "official")
    states = ("running", "paused", "ended", "finished", "failed", "deleted")
    op.create_table(
        "recording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("visit_kind", one_of("visitkind_known", *kinds), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("state", one_of("recordingstate_known", *states), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("end_reason", sa.String(32), nullable=True),
        sa.Column("alarm_seen_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("finish_tries", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("keep_until", UtcDateTime(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("held_by_id", sa.Integer(), nullable=True),
        sa.Column("held_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "visit_kind <> 'legal'", name=op.f("ck_recording_privileged_never")
        ),
        _to("recording", "visit_id", "visit"),
        _to("recording", "site_id", "site"),
        _to("recording", "held_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("reference", name=op.f("uq_recording_reference")),
    )
    _indexed("recording", "visit_id", "site_id", "state", "started_at", "keep_until")
    under_way = sa.text("state IN ('running', 'paused')")
    op.create_index(
        "recording_under_way_once",
        "recording",
        ["visit_id"],
        unique=True,
        sqlite_where=under_way,
        postgresql_where=under_way,
    )


def _files() -> None:
    table = "recording_file"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("is_journal", sa.Boolean(), nullable=False),
        sa.Column("starts_ms", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        _to(table, "recording_id", "recording"),
        _to(table, "participant_id", "participant"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(
            "recording_id", "name", name=op.f(f"uq_{table}_recording_id_name")
        ),
    )
    _indexed(table, "recording_id", "participant_id")


def _consents() -> None:
    table = "recording_consent"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _to(table, "visit_id", "visit"),
        _to(table, "participant_id", "participant"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    _indexed(table, "visit_id", "participant_id")


def _plays() -> None:
    table = "recording_play"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("first_played_at", UtcDateTime(), nullable=True),
        _to(table, "recording_id", "recording"),
        _to(table, "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    _indexed(table, "recording_id", "account_id")
