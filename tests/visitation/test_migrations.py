"""Tables go up with what is in them, and down again."""

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from tests import make
from tests.remembering import opened
from tests.visitation.booked import booked
from visitation.database.migrate import SCRIPTS, normal_url, sync_engine

_PRISON = """
INSERT INTO province (id, code, name) VALUES (1, '10', 'اصفهان');
INSERT INTO site (id, province_id, kind, name, zone, address, phone)
VALUES (1, 1, 'prison', 'زندان مرکزی', 'Asia/Tehran', '', '');
INSERT INTO site_policy (site_id, notice_minutes, horizon_days, turnover_minutes,
  early_minutes, grace_minutes, max_party, visits_per_week, reminder_hours,
  reminder_soon_minutes)
VALUES (1, 90, 60, 5, 30, 5, 4, 2, 24, 120);
"""
_POLICY = text(
    "SELECT notice_minutes, reconnect_grace_seconds, credit_max_minutes, supervision"
    " FROM site_policy"
)


def test_a_policy_from_before_supervision_goes_up_and_down(sqlite_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    engine = sync_engine(normal_url(sqlite_url))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.downgrade(config, "0003")
            for statement in _PRISON.strip().split(";\n"):
                connection.execute(text(statement))
            command.upgrade(config, "head")
            policy = connection.execute(_POLICY).one()
    finally:
        engine.dispose()

    assert tuple(policy) == (90, 60, 15, "none")


_ASKED = """
INSERT INTO wish (id, reference, visit_id, participant_id, kind, text, at, heard_at,
  heard_by_id)
SELECT 1, 'w1', 1, id, 'furlough', 'one', '2026-11-01', '2026-11-02', 1
FROM participant WHERE visitor_id IS NOT NULL;
INSERT INTO wish (id, reference, visit_id, participant_id, kind, text, at)
SELECT 2, 'w2', 1, id, 'furlough', 'two', '2026-11-03'
FROM participant WHERE visitor_id IS NOT NULL;
INSERT INTO wish (id, reference, visit_id, participant_id, kind, text, at)
SELECT 3, 'w3', 1, id, 'furlough', 'three', '2026-11-04'
FROM participant WHERE visitor_id IS NOT NULL;
INSERT INTO ruling (id, reference, visit_id, account_id, wish_id, kind, about, text,
  template, state, at)
VALUES (4, 'r4', 1, 1, 2, 'denied', 'furlough', 'no', '', 'answered', '2026-11-05'),
  (5, 'r5', 1, 1, NULL, 'granted', 'visit', 'yes', 'visit_granted', 'answered',
   '2026-11-06'),
  (6, 'r6', 1, 1, NULL, 'noted', 'other', 'heard', '', 'answered', '2026-11-07')
"""
_NOTES = "SELECT id, reference, about, text FROM ruling"
_CASES = text(
    "SELECT reference, kind, state, source, steps FROM legal_case ORDER BY id"
)
_STEPS = text(
    "SELECT c.reference, s.number, s.action, s.state, s.text FROM case_step s"
    " JOIN legal_case c ON c.id = s.case_id ORDER BY c.id, s.number"
)


async def test_what_was_wished_and_ruled_before_cases_becomes_cases(
    sqlite_url: str,
) -> None:
    database = opened(sqlite_url)
    async with database.write() as session:
        await booked(session, await make.world(session))
    await database.close()
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    engine = sync_engine(normal_url(sqlite_url))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.downgrade(config, "0013")
            for statement in _ASKED.strip().split(";\n"):
                connection.execute(text(statement))
            command.upgrade(config, "head")
            cases = [tuple(one) for one in connection.execute(_CASES)]
            steps = [tuple(one) for one in connection.execute(_STEPS)]
            notes = [tuple(o) for o in connection.execute(text(_NOTES))]
    finally:
        engine.dispose()

    assert cases == [
        ("w1", "furlough", "in_progress", "family", 3),
        ("w2", "furlough", "denied", "family", 2),
        ("r5", "visit", "granted", "official", 2),
    ]
    assert steps == [
        ("w1", 1, "raise", "submitted", "one"),
        ("w1", 2, "take", "in_progress", ""),
        ("w1", 3, "repeat", "in_progress", "three"),
        ("w2", 1, "raise", "submitted", "two"),
        ("w2", 2, "deny", "denied", "no"),
        ("r5", 1, "raise", "submitted", ""),
        ("r5", 2, "grant", "granted", "yes"),
    ]
    assert notes == [(6, "r6", "other", "heard")]
