"""Files that were looked at in a dry run, kept until somebody says: do it.

In memory, for the account that sent them alone, for a quarter of an hour, and few: what
is in them is about people. Another process does not have them; the page then asks for
the file again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from visitation.imports import Kind

_KEPT_FOR = timedelta(minutes=15)
_MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file: whose, what its rows are (None: a roster's), and what is in it."""

    account_id: int
    kind: Kind | None
    content: bytes
    until: datetime


class Uploads:
    """The files that wait."""

    def __init__(self) -> None:
        self._kept: dict[str, Upload] = {}

    def keep(
        self,
        name: str,
        *,
        account_id: int,
        kind: Kind | None,
        content: bytes,
        now: datetime,
    ) -> None:
        """Keep a file under a name nobody guesses; the oldest makes way."""
        self._forget_old(now)
        while len(self._kept) >= _MOST:
            del self._kept[next(iter(self._kept))]
        self._kept[name] = Upload(
            account_id=account_id, kind=kind, content=content, until=now + _KEPT_FOR
        )

    def take(self, name: str, *, account_id: int, now: datetime) -> Upload | None:
        """The file, once, if it is still there and this account's."""
        self._forget_old(now)
        found = self._kept.get(name)
        if found is None or found.account_id != account_id:
            return None
        return self._kept.pop(name)

    def _forget_old(self, now: datetime) -> None:
        self._kept = {n: kept for n, kept in self._kept.items() if kept.until > now}


UPLOADS = web.AppKey("UPLOADS", Uploads)
