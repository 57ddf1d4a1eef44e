"""Requests that are followed until there is an answer."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

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


#: What families could ask for after a visit before there were cases.
_WISHES = ("furlough", "release", "medical", "transfer", "visit", "other")
_RULED = {"granted": "grant", "denied": "deny", "referred": "refer"}
_NOTED = ("id", "reference", "visit_id", "account_id", "about", "text", "template", "at")
#: How long an answer was usual to take before each kind had its own days.
_USUAL = timedelta(days=15)


def upgrade() -> None:
    cases, steps = _cases(), _steps()
    _orders()
    _documents()
    wishes, rulings = _read_wishes(), _read_rulings()
    op.drop_table("ruling")
    op.drop_table("wish")
    _write_notes([one for one in rulings if one["kind"] == "noted"])
    _move(cases, steps, wishes, [one for one in rulings if one["kind"] in _RULED])
    op.execute(
        "DELETE FROM policy_choice WHERE scope = 'retention' AND name = 'wishes'"
    )


def downgrade() -> None:
    op.drop_table("ruling")
    _wishes_before()
    _rulings_before()
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


def _cases() -> sa.Table:
    table = op.create_table(
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
    return table


def _steps() -> sa.Table:
    table = op.create_table(
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
    return table


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


def _read_wishes() -> Sequence[Mapping[str, Any]]:
    read = sa.text(
        "SELECT w.id, w.reference, w.kind, w.text, w.at, w.heard_at, w.heard_by_id,"
        " w.visit_id, p.visitor_id, v.prisoner_id FROM wish w"
        " JOIN participant p ON p.id = w.participant_id"
        " JOIN visit v ON v.id = w.visit_id ORDER BY w.id"
    ).columns(at=UtcDateTime(), heard_at=UtcDateTime())
    return op.get_bind().execute(read).mappings().all()


def _read_rulings() -> Sequence[Mapping[str, Any]]:
    read = sa.text(
        "SELECT r.id, r.reference, r.wish_id, r.kind, r.about, r.text, r.template,"
        " r.at, r.account_id, r.visit_id, v.prisoner_id FROM ruling r"
        " JOIN visit v ON v.id = r.visit_id ORDER BY r.id"
    ).columns(at=UtcDateTime())
    return op.get_bind().execute(read).mappings().all()


def _write_notes(notes: Sequence[Mapping[str, Any]]) -> None:
    table = op.create_table(
        "ruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(32), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("template", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _to("ruling", "visit_id", "visit", ondelete="CASCADE"),
        _to("ruling", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
        sa.UniqueConstraint("reference", name=op.f("uq_ruling_reference")),
    )
    _index("ruling", "visit_id")
    op.bulk_insert(table, [{name: one[name] for name in _NOTED} for one in notes])
    if notes and op.get_bind().dialect.name == "postgresql":
        # Their numbers stay, so the next one is counted on from them.
        op.execute(
            "SELECT setval(pg_get_serial_sequence('ruling', 'id'), max(id)) FROM ruling"
        )


def _move(
    cases: sa.Table,
    steps: sa.Table,
    wishes: Sequence[Mapping[str, Any]],
    rulings: Sequence[Mapping[str, Any]],
) -> None:
    """What was asked for and what was answered, as cases and their steps."""
    asked: dict[tuple[Any, ...], tuple[dict[str, Any], list[dict[str, Any]]]] = {}
    for one in wishes:
        done = [_asked(one), *_taken(one)]
        done += [_said(it) for it in rulings if it["wish_id"] == one["id"]]
        ended = done[-1]["state"] in {"granted", "denied"}
        key = (one["prisoner_id"], one["visitor_id"], one["kind"], one["id"] * ended)
        if key in asked:
            # It would be the second open case of its kind: it was asked once more.
            asked[key][1].extend([{**done[0], "action": "repeat"}, *done[1:]])
        else:
            asked[key] = (_case(one, "family", one["kind"]), done)
    for one in rulings:
        if one["wish_id"] is None:
            begun = _step(one, "raise", "submitted") | {"text": ""}
            asked["ruling", one["id"]] = (
                _case(one, "official", one["about"]) | {"text": ""},
                [begun, _said(one)],
            )
    for case, done in asked.values():
        _write(cases, steps, case, sorted(done, key=lambda step: step["at"]))


def _write(
    cases: sa.Table, steps: sa.Table, case: dict[str, Any], done: list[dict[str, Any]]
) -> None:
    state = "submitted"
    for step in done:
        # Asking once more leaves a case where it is.
        state = state if step["action"] == "repeat" else step["state"]
        step["state"] = state
    last = done[-1]
    case |= {"state": state, "changed_at": last["at"], "steps": len(done)}
    case["decided_at"] = last["at"] if state in {"granted", "denied"} else None
    case["owner_id"] = last["account_id"]
    written = op.get_bind().execute(cases.insert().values(case).returning(cases.c.id))
    number = written.scalar_one()
    op.bulk_insert(
        steps,
        [
            {**step, "case_id": number, "number": place}
            for place, step in enumerate(done, 1)
        ],
    )


def _case(one: Mapping[str, Any], source: str, kind: str) -> dict[str, Any]:
    return {
        "reference": one["reference"],
        "tracking_sealed": b"",
        "tracking_fingerprint": f"migrated:{one['reference']}",
        "kind": kind,
        "source": source,
        "prisoner_id": one["prisoner_id"],
        "visitor_id": one.get("visitor_id"),
        "visit_id": one["visit_id"],
        "text": one["text"],
        "answers": {},
        "raised_at": one["at"],
        "due_at": one["at"] + _USUAL,
    }


def _asked(one: Mapping[str, Any]) -> dict[str, Any]:
    return _step(one, "raise", "submitted")


def _taken(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    if one["heard_at"] is None:
        return []
    told = {"at": one["heard_at"], "account_id": one["heard_by_id"]}
    nobodys = {"text": "", "visitor_id": None, "visit_id": None, "visibility": "staff"}
    return [_step(one, "take", "in_progress") | told | nobodys]


def _said(one: Mapping[str, Any]) -> dict[str, Any]:
    # It was written when only staff were to read it.
    return _step(one, _RULED[one["kind"]], one["kind"]) | {"visibility": "staff"}


def _step(one: Mapping[str, Any], action: str, state: str) -> dict[str, Any]:
    return {
        "action": action,
        "state": state,
        "visibility": "family",
        "text": one["text"],
        "template": one.get("template", ""),
        "facts": {},
        "at": one["at"],
        "account_id": one.get("account_id"),
        "visitor_id": one.get("visitor_id"),
        "visit_id": one["visit_id"],
    }


def _wishes_before() -> None:
    op.create_table(
        "wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("kind", one_of("wishkind_known", *_WISHES), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=True),
        sa.Column("heard_by_id", sa.Integer(), nullable=True),
        _to("wish", "visit_id", "visit", ondelete="CASCADE"),
        _to("wish", "participant_id", "participant"),
        _to("wish", "heard_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
        sa.UniqueConstraint("reference", name=op.f("uq_wish_reference")),
    )
    _index("wish", "visit_id")


def _rulings_before() -> None:
    kinds = ("granted", "denied", "referred", "noted")
    op.create_table(
        "ruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("wish_id", sa.Integer(), nullable=True),
        sa.Column("kind", one_of("rulingkind_known", *kinds), nullable=False),
        sa.Column("about", one_of("wishkind_known", *_WISHES), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("template", sa.String(32), nullable=False),
        sa.Column(
            "state", one_of("rulingstate_known", "open", "answered"), nullable=False
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        _to("ruling", "visit_id", "visit", ondelete="CASCADE"),
        _to("ruling", "account_id", "account"),
        _to("ruling", "wish_id", "wish", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
        sa.UniqueConstraint("reference", name=op.f("uq_ruling_reference")),
    )
    _index("ruling", "visit_id")
    decided = sa.text("wish_id IS NOT NULL AND kind IN ('granted', 'denied')")
    op.create_index(
        "ruling_decides_once",
        "ruling",
        ["wish_id"],
        unique=True,
        sqlite_where=decided,
        postgresql_where=decided,
    )
