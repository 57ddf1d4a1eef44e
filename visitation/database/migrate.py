"""Bringing a database to the newest tables, synchronously, before any event loop.

Alembic's asynchronous environment fails inside a running loop; this is plain calls.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, pool
from sqlalchemy.engine import URL

from visitation.database.engine import DatabaseError, normal_url

SCRIPTS = Path(__file__).parent.parent / "migrations"


class Behind(DatabaseError):
    """The database's tables are older than the program."""


def migrate(url: str) -> None:
    """Bring the database to the newest tables; does nothing when they are there."""
    parsed = normal_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sync_engine(parsed)
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def pending(url: str) -> str:
    """What `migrate` would do: "empty", "behind" or "" when there is nothing to do."""
    engine = sync_engine(normal_url(url))
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    if current is None:
        return "empty"
    return "" if current == _newest() else "behind"


def sync_engine(url: URL) -> Engine:
    """A plain engine, for work outside the loop."""
    driver = "sqlite" if url.get_backend_name() == "sqlite" else "postgresql+psycopg"
    return create_engine(url.set(drivername=driver), poolclass=pool.NullPool)


def _newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config
