"""From the settings to what is opened with them: database, keyring, admin socket."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

from config.admin import SOCKET_NAME
from config.settings import Settings
from visitation.database import Behind, Database, migrate, pending
from visitation.database.engine import normal_url
from visitation.keyring import Keyring


def database_url(settings: Settings) -> str:
    """The database's URL with its password, which may stand in a file."""
    url = normal_url(settings.database.url)
    if settings.database.password is not None:
        url = url.set(password=settings.database.password.get_secret_value())
    return url.render_as_string(hide_password=False)


def keyring(settings: Settings) -> Keyring:
    """The keys of this installation; `config.sense` saw that there is a secret."""
    assert settings.secret is not None
    return Keyring(settings.secret.get_secret_value().encode())


def admin_socket(settings: Settings) -> Path:
    """Where commands reach the running service."""
    return settings.data_dir.absolute() / SOCKET_NAME


def opened(settings: Settings, *, new: bool = False) -> Database:
    """The database, kept from other processes; to be called before any loop runs.

    Args:
        settings: where it is.
        new: whether to make the tables of an empty database.

    Raises:
        Held: if another process has the SQLite file.
        Behind: if the tables are not the program's, saying what to do.
    """
    database = Database(database_url(settings))
    with ExitStack() as undo:
        undo.callback(lambda: asyncio.run(database.close()))
        database.hold()
        if new and tables(settings) == "empty":
            migrate(database_url(settings))
        if state := tables(settings):
            raise Behind(f"the database is {state}: run `visitation migrate`")
        undo.pop_all()
    return database


def bring_up_to_date(settings: Settings) -> None:
    """Bring the tables to what this version needs, while nobody else has the file.

    Raises:
        Held: if another process has the SQLite file.
    """
    database = Database(database_url(settings))
    with ExitStack() as undo:
        undo.callback(lambda: asyncio.run(database.close()))
        database.hold()
        migrate(database_url(settings))


def tables(settings: Settings) -> str:
    """Whether the database is "empty", "behind", or "" when it is the program's."""
    url = database_url(settings)
    parsed = normal_url(url)
    if (
        parsed.get_backend_name() == "sqlite"
        and not Path(parsed.database or "").exists()
    ):
        return "empty"
    return pending(url)
