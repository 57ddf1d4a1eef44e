"""How long people have left, and which notice of it is due. Pure."""

from datetime import timedelta
from typing import Final

NOTICES: Final = (timedelta(minutes=5), timedelta(minutes=1))


class Notices:
    """The notices of one visit's end, each due once."""

    def __init__(self) -> None:
        self._given: set[timedelta] = set()

    def due(self, remaining: timedelta) -> bool:
        """Whether people are to be told now that so much time remains."""
        due = {notice for notice in NOTICES if timedelta(0) < remaining <= notice}
        fresh = due - self._given
        self._given |= due
        return bool(fresh)

    def retimed(self, remaining: timedelta) -> None:
        """So much remains after all: what lies ahead again is due again."""
        self._given = {notice for notice in self._given if remaining <= notice}
