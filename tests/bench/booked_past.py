"""A province in which visits are booked, and as many past visits as wanted.

Of each past visit there is what the service would have kept: the prisoner and a
visitor, its place in the allowances of its week and month, a message and four audit
entries; of the last two days the 22 claims as well. All is made by the database
itself; what is wanted of the order of ids is that of an empty database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from string import Template

from sqlalchemy import insert, text
from sqlmodel import SQLModel

from scheduler import keeping
from tests import make
from visitation.database import Database
from visitation.database.migrate import sync_engine
from visitation.persian import fold
from visitation.places import Station
from visitation.words import ContactState, Relation, SiteKind

#: Monday 8:00 in Tehran, when the doors open; no past visit is later.
OPEN_AT = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
PRISONS, TERMINALS = 10, 10
#: Slots of a terminal's day, from 8 to 20, half an hour each.
SLOTS = 24
LENGTH = timedelta(minutes=25)
#: Older claims are forgotten, as the service does it.
_KEPT = f"{OPEN_AT - timedelta(days=1) - keeping.PAST_CLAIMS:%Y-%m-%d %H:%M:%S.000000}"
_TABLES = SQLModel.metadata.tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Who can be booked where.

    Attributes:
        prisons: their ids; prisoner `n` is in the one at `n % PRISONS`, and visitor
            `n` is a parent of theirs.
        seats: of each prison, its terminals, each with a kiosk.
        people: how many prisoners.
    """

    prisons: list[int]
    seats: list[list[tuple[int, int]]]
    people: int


async def build(database: Database, *, people: int) -> Stage:
    """Prisons open every day, an office with kiosks, prisoners with a parent each."""
    async with database.write() as session:
        province = await make.province(session)
        office = await make.point(session, province, kind=SiteKind.OFFICE)
        prisons, seats = [], []
        for _ in range(PRISONS):
            prison = await make.prison(session, province)
            await make.open_every_day(session, prison)
            terminals = [await make.terminal(session, prison) for _ in range(TERMINALS)]
            kiosks = [await make.kiosk(session, office) for _ in range(TERMINALS)]
            prisons.append(prison.id)
            seats.append(list(zip(_ids(terminals), _ids(kiosks), strict=True)))
        connection = await session.connection()
        for table, rows in _people(prisons, people):
            await connection.execute(insert(_TABLES[table]), rows)
    return Stage(prisons=prisons, seats=seats, people=people)


def _ids(stations: list[Station]) -> list[int]:
    return [station.id for station in stations]


def _people(
    sites: list[int], people: int
) -> Iterator[tuple[str, list[dict[str, object]]]]:
    numbers = range(1, people + 1)
    name = {"name": "رضا کریمی", "name_folded": fold("رضا کریمی")}
    yield (
        "prisoner",
        [
            {"id": n, "site_id": sites[n % PRISONS], "number": f"n{n}", **name}
            for n in numbers
        ],
    )
    yield (
        "visitor",
        [
            {"id": n, "phone": f"+98912{n:07}", "language": "fa", "reads": True, **name}
            for n in numbers
        ],
    )
    yield (
        "contact",
        [
            {
                "prisoner_id": n,
                "visitor_id": n,
                "relation": Relation.PARENT,
                "state": ContactState.APPROVED,
                "reason": "",
                "changed_at": make.LONG_AGO,
            }
            for n in numbers
        ],
    )


def fill(url: str, past: int, *, people: int) -> None:
    """So many visits before now, the latest first, each in a slot of its own.

    What is looked up by is made after the rows, and nothing is checked: it would take
    most of the time, and the database would say the same.
    """
    if not past:
        return
    address = Database(url).url
    engine = sync_engine(address)
    is_sqlite = address.get_backend_name() == "sqlite"
    words = _SQLITE if is_sqlite else _POSTGRESQL
    with engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        for hurry in _IN_A_HURRY[is_sqlite]:
            connection.execute(text(hurry))
        indexes = connection.execute(text(_INDEXES[is_sqlite])).all()
        for name, _made in indexes:
            connection.execute(text(f"DROP INDEX {name}"))
        for statement in _MADE:
            told = Template(statement).substitute(
                words, past=past, people=people, kept=_KEPT
            )
            connection.execute(text(told))
        for _name, made in indexes:
            connection.execute(text(made))
    engine.dispose()


def settle(url: str) -> None:
    """What the database's own housekeeping would have done by now."""
    address = Database(url).url
    engine = sync_engine(address)
    is_sqlite = address.get_backend_name() == "sqlite"
    with engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("ANALYZE" if is_sqlite else "VACUUM ANALYZE"))
        if not is_sqlite:
            connection.execute(text("CHECKPOINT"))
    engine.dispose()


def _claims(kind: str, column: str, quanta: int) -> str:
    numbers = " UNION ALL ".join(f"SELECT {n} AS n" for n in range(quanta))
    return (
        "INSERT INTO claim (resource, quantum, visit_id)"
        f" SELECT '{kind}:' || {column}, $quantum + n, id"
        f" FROM visit, ({numbers}) AS numbers WHERE starts_at >= '$kept'"
        f" ORDER BY {column}, starts_at, n"
    )


def _acted(action: str) -> str:
    return (
        "INSERT INTO audit_entry (at, actor, action, subject, visit_id, facts)"
        f" SELECT created_at, 'account:1', '{action}', 'visit:' || id, id, '{{}}'"
        " FROM visit"
    )


def _took_part(part: str, who: str) -> str:
    return (
        "INSERT INTO participant (reference, visit_id, part, visitor_id, state,"
        " seconds_connected, seconds_lost)"
        f" SELECT '{part}-' || id, id, '{part}', {who}, 'left', 1500, 0 FROM visit"
    )


def _counted(period: str) -> str:
    return (
        "INSERT INTO allowance_entry (prisoner_id, period, change, amount, visit_id,"
        f" reason, at) SELECT prisoner_id, {period}, 'use', -1, id, '', created_at"
        " FROM visit"
    )


#: By whether it is SQLite.
_IN_A_HURRY = {
    True: (
        "PRAGMA foreign_keys = OFF",
        "PRAGMA synchronous = OFF",
        "PRAGMA cache_size = -1000000",
    ),
    False: (
        "SET session_replication_role = replica",
        "SET synchronous_commit = off",
        "SET maintenance_work_mem = '256MB'",
        "SET work_mem = '256MB'",
    ),
}
_INDEXES = {
    True: "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> ''",
    False: "SELECT indexrelid::regclass, pg_get_indexdef(indexrelid)"
    " FROM pg_index WHERE indrelid = ANY (ARRAY(SELECT oid FROM pg_class WHERE"
    " relnamespace = 'public'::regnamespace)) AND NOT EXISTS"
    " (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
}
_SQLITE = {
    "no": "0",
    "instant": "strftime('%Y-%m-%d %H:%M:%S.000000', at, 'unixepoch')",
    "over": "strftime('%Y-%m-%d %H:%M:%S.000000', at + 1500, 'unixepoch')",
    "quantum": "CAST(strftime('%s', starts_at) AS INTEGER) / 300",
    "week": "'week:' || date(starts_at, 'weekday 6', '-7 days')",
    "month": "'month:' || strftime('%Y-%m', starts_at)",
}
_POSTGRESQL = {
    "no": "false",
    "instant": "to_timestamp(at)",
    "over": "to_timestamp(at + 1500)",
    "quantum": "CAST(EXTRACT(EPOCH FROM starts_at) AS bigint) / 300",
    "week": "'week:' || to_char(date_trunc('week', starts_at), 'YYYY-MM-DD')",
    "month": "'month:' || to_char(starts_at, 'YYYY-MM')",
}
#: Seat after seat, slot after slot, day before day; station ids are in tens, a prison's
#: terminals and then as many kiosks, and the office is the first site.
_VISITS = f"""
    WITH RECURSIVE numbers(i) AS (
        SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < $past),
    places AS (
        SELECT i, i % 100 AS seat, i / 100 AS turn,
            {int(OPEN_AT.timestamp())} - (i / 2400 + 1) * 86400
                + i / 100 % {SLOTS} * 1800 AS at
        FROM numbers)
    INSERT INTO visit (reference, kind, state, starts_at, ends_at, booked_end_at,
        minutes_given_back, prison_id, terminal_id, kiosk_id, prisoner_id,
        official_wanted, note, version, outcome_reason, created_at, changed_at)
    SELECT 'past-' || i, 'family', 'completed', $instant, $over, $over, 0,
        seat / 10 + 2, seat / 10 * 20 + seat % 10 + 1, seat / 10 * 20 + seat % 10 + 11,
        (turn * 10 + seat % 10) % ($people / 10) * 10 + seat / 10
            + CASE WHEN seat < 10 THEN 10 ELSE 0 END,
        $no, '', 1, '', '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000'
    FROM places
"""
_MADE = (
    _VISITS,
    _took_part("prisoner", "NULL"),
    _took_part("visitor", "prisoner_id"),
    *(_acted(f"visit_{act}") for act in ("hold", "confirm", "start", "finish")),
    (
        "INSERT INTO message (dedup_key, template, language, variables, phone,"
        " visit_id, state, not_before, expires_at, attempts, gateway, error, segments,"
        " created_at) SELECT 'past:' || id, 'visit_booked', 'fa', '{}',"
        " '+989120000000', id, 'delivered', created_at, starts_at, 1, 'console', '',"
        " 2, created_at FROM visit"
    ),
    _counted("$week"),
    _counted("$month"),
    (
        "INSERT INTO allowance (prisoner_id, period, granted, used)"
        " SELECT prisoner_id, period, count(*), count(*) FROM allowance_entry"
        " GROUP BY prisoner_id, period"
    ),
    (
        "INSERT INTO allowance_entry (prisoner_id, period, change, amount, reason, at)"
        " SELECT prisoner_id, period, 'accrual', granted, '',"
        " '2026-01-01 00:00:00.000000' FROM allowance"
    ),
    _claims("terminal", "terminal_id", 6),
    _claims("kiosk", "kiosk_id", 6),
    _claims("prisoner", "prisoner_id", 5),
    _claims("visitor", "prisoner_id", 5),
)
