"""A country with two years behind it, for the bench of statistics.

31 provinces with 8 prisons and 80 points each. The database makes the rows itself; each
visit has one visitor who came, one in four said how it was, and all lie evenly over the
two years before `NOW`.
"""

from datetime import UTC, datetime
from string import Template

from sqlalchemy import text

from visitation.database import Database
from visitation.database.migrate import sync_engine

#: Noon in Tehran on 25 Azar 1405.
NOW = datetime(2026, 12, 16, 8, 30, tzinfo=UTC)
PROVINCES, PRISONS, POINTS = 31, 8, 80
_PRISONS = PROVINCES * PRISONS
_POINTS = PROVINCES * POINTS
_PRISONERS = 20_000
_DAYS = 730
_WORDS = {
    "kinds": (
        *("visit", "petition", "complaint", "brief", "declaration", "sana"),
        *("no_record", "registry", "forensic", "livelihood", "public_rights", "other"),
    ),
    "moods": ("good", "good", "fair", "bad"),
}
_SQLITE = {
    "numbers": "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c"
    " WHERE n < {0}) SELECT n FROM c) AS numbers",
    "at": "strftime('%Y-%m-%d %H:%M:%S.000000', {0}, 'unixepoch')",
    "day": "strftime('%Y-%m-%d', {0}, 'unixepoch')",
}
_POSTGRESQL = {
    "numbers": "generate_series(1, {0}) AS numbers(n)",
    "at": "to_timestamp({0})",
    "day": "(to_timestamp({0}) AT TIME ZONE 'UTC')::date",
}
#: When visit or service `n` of `all` was; noon passes over the days.
_WHEN = f"($now - CAST(n AS bigint) * {_DAYS * 86400} / $all)"


def fill(url: str, many: int) -> None:
    """So many visits, and as many services."""
    address = Database(url).url
    engine = sync_engine(address)
    is_sqlite = address.get_backend_name() == "sqlite"
    hurry = (
        ("PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF")
        if is_sqlite
        else ("SET session_replication_role = replica", "SET synchronous_commit = off")
    )
    with engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        for statement in (*hurry, *_statements(many, is_sqlite=is_sqlite)):
            connection.execute(text(statement.replace(":", r"\:")))
        connection.execute(text("ANALYZE" if is_sqlite else "VACUUM ANALYZE"))
    engine.dispose()


def _statements(many: int, *, is_sqlite: bool) -> list[str]:
    words = _SQLITE if is_sqlite else _POSTGRESQL
    when = Template(_WHEN).substitute(now=int(NOW.timestamp()), all=many)

    def at(shift: str = "") -> str:
        return words["at"].format(when + shift)

    def numbers(count: int) -> str:
        return words["numbers"].format(count)

    def word(name: str, number: str = "n") -> str:
        choices = _WORDS[name]
        cases = " ".join(f"WHEN {k} THEN '{one}'" for k, one in enumerate(choices))
        return f"CASE {number} % {len(choices)} {cases} END"

    site = "INSERT INTO site (id, province_id, kind, name, zone, address, phone)"
    prison = f"((n % 100000 * 31) % {_PRISONERS}) % {_PRISONS} + 1"
    province = f"((n % 100000 * 31) % {_PRISONERS}) % {_PRISONS} / {PRISONS}"
    point = f"{_PRISONS} + {province} * {POINTS} + (n % 1000 * 7919) % {POINTS} + 1"
    return [
        (
            "INSERT INTO province (id, code, name)"
            f" SELECT n, 'p' || n, 'استان ' || n FROM {numbers(PROVINCES)}"
        ),
        (
            f"{site} SELECT n, (n - 1) / {PRISONS} + 1, 'prison', 'زندان ' || n,"
            f" 'Asia/Tehran', '', '' FROM {numbers(_PRISONS)}"
        ),
        (
            f"{site} SELECT {_PRISONS} + n, (n - 1) / {POINTS} + 1,"
            " CASE n % 3 WHEN 0 THEN 'office' WHEN 1 THEN 'village'"
            " ELSE 'mobile_office'"
            f" END, 'دفتر ' || n, 'Asia/Tehran', '', '' FROM {numbers(_POINTS)}"
        ),
        (
            "INSERT INTO station (id, site_id, kind, name)"
            f" SELECT n, n, 'terminal', 'کابین' FROM {numbers(_PRISONS)}"
        ),
        (
            "INSERT INTO prisoner (id, site_id, number, name, name_folded, ward)"
            f" SELECT n + 1, n % {_PRISONS} + 1, 'n' || n, '', '', ''"
            f" FROM (SELECT n - 1 AS n FROM {numbers(_PRISONERS)}) AS each"
        ),
        (
            "INSERT INTO visit (id, reference, kind, state, starts_at, ends_at,"
            " booked_end_at, minutes_given_back, prison_id, terminal_id, point_id,"
            " prisoner_id, official_wanted, note, version, outcome, outcome_reason,"
            " started_at, created_at, changed_at)"
            " SELECT n, 'v' || n, 'family', CASE n % 10 WHEN 7 THEN 'missed'"
            " WHEN 8 THEN 'cancelled' ELSE 'completed' END,"
            f" {at()}, {at(' + 1500')}, {at(' + 1500')}, n % 3, {prison}, {prison},"
            f" {point}, (n % 100000 * 31) % {_PRISONERS} + 1, false, '', 1,"
            " CASE n % 10 WHEN 7 THEN 'family_absent' WHEN 8 THEN 'cancelled_by_family'"
            " ELSE 'completed' END, '', CASE WHEN n % 10 IN (7, 8) THEN NULL ELSE"
            f" {at()} END, {at(' - n % 40 * 86400')}, {at()} FROM {numbers(many)}"
        ),
        (
            "INSERT INTO participant (id, reference, visit_id, part, state, arrived_at,"
            " seconds_connected, seconds_lost)"
            f" SELECT n, 'p' || n, n, 'visitor', 'left', {at()}, 1500, 0"
            f" FROM {numbers(many)}"
        ),
        (
            "INSERT INTO feedback (participant_id, visit_id, mood, at)"
            f" SELECT n, n, {word('moods', 'n / 4')}, {at()} FROM {numbers(many)}"
            " WHERE n % 4 = 0"
        ),
        (
            "INSERT INTO service_record (id, reference, point_id, day, kind, channel,"
            " people, note, done_at, entered_at, late)"
            f" SELECT n, 's' || n, {_PRISONS} + n % {_POINTS} + 1,"
            f" {words['day'].format(when)}, {word('kinds')},"
            " CASE n % 4 WHEN 0 THEN 'self' ELSE 'staff' END, n % 3 + 1, '',"
            f" {at()}, {at()}, false FROM {numbers(many)}"
        ),
        *_sequences(is_sqlite=is_sqlite),
    ]


def _sequences(*, is_sqlite: bool) -> list[str]:
    """PostgreSQL counts on from where it stands, not from what was written."""
    if is_sqlite:
        return []
    return [
        f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))"
        for name in ("visit", "participant", "service_record", "site", "prisoner")
    ]
