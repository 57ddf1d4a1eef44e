"""A fresh, migrated and empty database for each run of the machine."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests import postgres


class Store(Protocol):
    """Where the machine's databases come from; one is in use at a time."""

    def fresh(self) -> str:
        """The URL of an empty database."""


class SqliteStore:
    """A copy of a migrated file each time."""

    def __init__(self, template: Path, directory: Path) -> None:
        self._template, self._directory = template, directory
        self._number = 0

    def fresh(self) -> str:
        for old in self._directory.glob("visits-*"):
            old.unlink()
        self._number += 1
        path = self._directory / f"visits-{self._number}.db"
        shutil.copy(self._template, path)
        return f"sqlite:///{path}"


class PostgresqlStore:
    """One migrated database, emptied each time."""

    def __init__(self, url: str) -> None:
        self._url = url

    def fresh(self) -> str:
        postgres.empty(self._url)
        return self._url


@contextmanager
def sqlite(template: Path) -> Iterator[SqliteStore]:
    """In memory where the machine has such a place."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield SqliteStore(template, Path(name))
