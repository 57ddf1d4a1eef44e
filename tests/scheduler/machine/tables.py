"""What the tables say, read by plain SQL beside the code under test."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

_QUERIES = {
    "visits": "SELECT id, state, prison_id, terminal_id, kiosk_id, prisoner_id,"
    " official_id, cover_id, official_wanted, starts_at, ends_at, hold_until, version,"
    " series_id, kind FROM visit ORDER BY id",
    "participants": "SELECT id, visit_id, part, visitor_id, account_id,"
    " code_fingerprint FROM participant ORDER BY id",
    "claims": "SELECT resource, quantum, visit_id, closure_id, cover_id FROM claim",
    "closures": "SELECT id, site_id, station_id, starts_at, ends_at FROM closure"
    " WHERE lifted_at IS NULL ORDER BY id",
    "covers": "SELECT id, official_id, starts_at, ends_at FROM cover"
    " WHERE cancelled_at IS NULL ORDER BY id",
    "allowances": "SELECT prisoner_id, period, granted, used FROM allowance",
    "sums": "SELECT prisoner_id, period, SUM(amount) AS total,"
    " SUM(CASE WHEN change IN ('use', 'refund') THEN -amount ELSE 0 END) AS used"
    " FROM allowance_entry GROUP BY prisoner_id, period",
    "messages": "SELECT visit_id, participant_id, template, dedup_key FROM message"
    " WHERE state = 'pending' AND visit_id IS NOT NULL ORDER BY id",
    "audit": "SELECT visit_id, action, facts FROM audit_entry"
    " WHERE visit_id IS NOT NULL ORDER BY id",
    "entries": "SELECT id, state, visit_id FROM waiting_entry ORDER BY id",
    "offers": "SELECT id, entry_id, visit_id, state, expires_at FROM offer ORDER BY id",
    "flags": "SELECT visit_id, reason FROM flag WHERE gone_at IS NULL",
    "plans": "SELECT id, state FROM plan ORDER BY id",
}


@dataclass(frozen=True, slots=True)
class Tables:
    """Each table's rows, in order."""

    visits: Sequence[Any]
    participants: Sequence[Any]
    claims: Sequence[Any]
    closures: Sequence[Any]
    covers: Sequence[Any]
    allowances: Sequence[Any]
    sums: Sequence[Any]
    messages: Sequence[Any]
    audit: Sequence[Any]
    entries: Sequence[Any]
    offers: Sequence[Any]
    flags: Sequence[Any]
    plans: Sequence[Any]


def read(connection: Connection) -> Tables:
    """Everything, in one transaction."""
    with connection.begin():
        return Tables(
            **{
                name: connection.execute(text(query)).all()
                for name, query in _QUERIES.items()
            }
        )


def instant(value: Any) -> datetime | None:
    """An instant as either database gives it; SQLite keeps naive UTC in words."""
    if value is None:
        return None
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def facts(value: Any) -> dict[str, Any]:
    """JSON as either database gives it."""
    return json.loads(value) if isinstance(value, str) else value
