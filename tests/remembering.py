"""Databases that remember the SQL which those before them made ready.

SQLAlchemy turns a statement into SQL once for each engine. A test has an engine of its
own, and would spend a quarter of its time on that. Knows no table and no test.
"""

from sqlalchemy import Engine

from visitation.database import Database

_FIRST: dict[tuple[str, bool], Engine] = {}


def opened(url: str) -> Database:
    """A database that uses the SQL made ready for others of its kind."""
    database = Database(url)
    for writes, engine in enumerate((database._reader, database._writer)):
        _share(engine.sync_engine, writes=bool(writes))
    return database


def _share(engine: Engine, *, writes: bool) -> None:
    """What is kept is found by the dialect, and a first connection acquaints that."""
    first = _FIRST.get((engine.name, writes))
    if first is None or first.dialect.server_version_info is None:
        _FIRST[engine.name, writes] = engine
    else:
        engine.dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
