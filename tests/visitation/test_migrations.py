"""Tables go up with what is in them, and down again."""

from alembic import command
from alembic.config import Config
from sqlalchemy import text

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
