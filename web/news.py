"""Which boards have news: looked up once a second for every page that is open.

Whoever changes something need not tell: the audit says what was done, by whatever
process, and the live rooms what happens in calls. Knows no socket and no page.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from aiohttp import web

from signaling.hub import Hub
from signaling.views import RoomView
from visitation.database import Database
from visitation.visits import changes
from visitation.visits.changes import Change

log = structlog.get_logger()
LOOK_EVERY_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What somebody hears of.

    Attributes:
        staff: whether they also hear of what concerns no visit, wherever it was.
    """

    staff: bool = False
    everywhere: bool = False
    sites: frozenset[int] = frozenset()
    visits: frozenset[int] = frozenset()

    def hears_of(self, change: Change) -> bool:
        """Whether a change is theirs to know of."""
        if change.visit_id is None:
            return self.staff or not self.sites.isdisjoint(change.sites)
        return (
            self.everywhere
            or change.visit_id in self.visits
            or not self.sites.isdisjoint(change.sites)
        )


@dataclass(slots=True, eq=False, kw_only=True)
class Listener:
    """An open page. `woken` is set when there is something to say, or it is closed."""

    reach: Reach
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    has_news: bool = False
    closed: bool = False

    def tell(self) -> None:
        """There is news."""
        self.has_news = True
        self.woken.set()

    def close(self) -> None:
        """There will be no more."""
        self.closed = True
        self.woken.set()


class NewsDesk:
    """Everybody who listens, and the one task that looks for news while somebody does.

    Boards also say how late things are, so that every minute is news by itself.
    """

    def __init__(
        self,
        *,
        database: Database,
        live: object,
        clock: Callable[[], datetime],
        every_seconds: float = LOOK_EVERY_SECONDS,
    ) -> None:
        self._database = database
        self._live = live
        self._clock = clock
        self._every = every_seconds
        self._listeners: set[Listener] = set()
        self._looking: asyncio.Task[None] | None = None
        self._known: frozenset[int] = frozenset()
        self._rooms: dict[str, RoomView] = {}
        self._minute: datetime | None = None

    @property
    def listening(self) -> int:
        """How many pages listen."""
        return len(self._listeners)

    def join(self, reach: Reach) -> Listener:
        """Listen from now on; the first of all begins the looking."""
        listener = Listener(reach=reach)
        self._listeners.add(listener)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        return listener

    def leave(self, listener: Listener) -> None:
        """Listen no more; after the last of all nobody looks."""
        self._listeners.discard(listener)
        if not self._listeners and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def stop(self) -> None:
        """The service ends: every page is told to come back."""
        for listener in tuple(self._listeners):
            listener.close()

    async def _look(self) -> None:
        self._known = frozenset()
        while True:
            try:
                found, minute = await self._found(), self._is_new_minute()
            except Exception:
                # The database may be away for a while; boards say they are not fresh.
                log.exception("news_not_found")
            else:
                self._spread(found, all_=minute)
            await asyncio.sleep(self._every)

    def _spread(self, found: Collection[Change], *, all_: bool) -> None:
        for listener in self._listeners:
            if all_ or any(listener.reach.hears_of(change) for change in found):
                listener.tell()

    async def _found(self) -> Collection[Change]:
        moved = self._moved_rooms()
        async with self._database.read() as session:
            newest = await changes.newest(session)
            known, self._known = self._known, frozenset(newest)
            # What was there before anybody listened, their pages show already.
            fresh = newest.keys() - known if known else frozenset()
            about = {newest[entry] for entry in fresh}
            return await changes.of(session, about=about, references=moved)

    def _moved_rooms(self) -> list[str]:
        if not isinstance(self._live, Hub):
            return []
        now = {one.visit: one.room.snapshot() for one in self._live.lives()}
        before, self._rooms = self._rooms, now
        return [
            visit
            for visit in before.keys() | now.keys()
            if before.get(visit) != now.get(visit)
        ]

    def _is_new_minute(self) -> bool:
        minute = self._clock().replace(second=0, microsecond=0)
        before, self._minute = self._minute, minute
        return before is not None and before != minute


NEWS = web.AppKey("NEWS", NewsDesk)
