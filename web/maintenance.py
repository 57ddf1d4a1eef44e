"""Work on the service as pages tell of it: a banner, and families' pages shut.

What is announced is asked of the database every few seconds at most, and what was known
last is told on when the database does not answer: that may be the work itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from types import MappingProxyType

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy.exc import SQLAlchemyError

from visitation import maintenance
from visitation.database import Database
from visitation.maintenance import Maintenance, WorkReason
from visitation.timespan import Timespan
from web import i18n
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, DEVICE, PRINCIPAL, SETTINGS
from web.principals import ParticipantPrincipal, StaffPrincipal
from web.routing import Door, Route

log = structlog.get_logger()
_FRESH = timedelta(seconds=5)
#: Doors for families that are open to anybody, by the names of their routes.
FAMILY_DOORS = frozenset(
    {
        *("public.home", "join.ask", "join.enter", "terminal.station"),
        *("offer.ask", "offer.show", "offer.answer"),
        *("phone.ask", "phone.send", "phone.again", "phone.code", "phone.enter"),
        *("newcomer.ask", "newcomer.send"),
    }
)
#: What goes on at a station and in calls while families' pages are shut.
STATION_DOORS = frozenset(
    {
        *("terminal.over", "terminal.operator", "terminal.operate"),
        *("equipment_check.show", "equipment_check.record", "line.ticket"),
        *("line.show", "queue.screen", "news.listen", "call.socket"),
    }
)
#: What a station in a visit asks for: its page again, a way back in, and help.
CALL_DOORS = frozenset({"call.show", "call.ticket", "helping.ask"})
#: Why, as people read it.
REASONS: Mapping[WorkReason, str] = MappingProxyType(
    {
        WorkReason.UPDATE: N_("The service gets a new version."),
        WorkReason.NETWORK: N_("The network is worked on."),
        WorkReason.POWER: N_("The electricity is off."),
        WorkReason.REPAIR: N_("Something is being repaired."),
    }
)


class ClosedForWork(Exception):
    """Families' pages are shut for work on the service.

    Attributes:
        left: how long still.
        zone: whose wall clock people read.
    """

    def __init__(self, work: "Work", *, now: datetime, zone: tzinfo) -> None:
        super().__init__("closed for work")
        self.work = work
        self.left = work.span.end - now
        self.zone = zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What was announced, without its row.

    Attributes:
        texts: what is said besides the reason, by language; empty for nothing.
        closed: whether families' pages are shut while it lasts.
    """

    span: Timespan
    reason: WorkReason
    texts: Mapping[str, str]
    closed: bool

    def why(self) -> str:
        """The reason and what is said besides, in the language being spoken."""
        said = self.texts.get(i18n.language(), "")
        return f"{_(REASONS[self.reason])} {said}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a page tells of one work.

    Attributes:
        begun: whether it lasts already.
    """

    span: Timespan
    begun: bool
    closed: bool
    why: str


class Bulletin:
    """What is announced, remembered for some seconds."""

    def __init__(self) -> None:
        self._works: tuple[Work, ...] = ()
        self._asked: datetime | None = None

    async def read(self, database: Database, now: datetime) -> tuple[Work, ...]:
        """What is to be told now, the first to begin first."""
        if self._asked is None or not self._asked <= now < self._asked + _FRESH:
            self._asked = now
            try:
                async with database.read() as session:
                    found = await maintenance.noticed(session, now=now)
                self._works = tuple(from_row(one) for one in found)
            except (SQLAlchemyError, OSError):
                log.warning("announcements_not_read")
        return tuple(one for one in self._works if one.span.end > now)

    def forget(self) -> None:
        """Ask anew at the next page."""
        self._asked = None


BULLETIN = web.AppKey("BULLETIN", Bulletin)
#: What is to be told on the page that answers.
WORKS = web.RequestKey[tuple[Work, ...]]("WORKS")


@web.middleware
async def look(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out what pages must tell of."""
    bulletin = request.app[BULLETIN]
    request[WORKS] = await bulletin.read(request.app[DATABASE], request.app[CLOCK]())
    return await handler(request)


def refuse(request: web.Request, rule: Route) -> None:
    """Keep families out of their pages while those are shut.

    Whoever is in a visit already stays in it.

    Raises:
        ClosedForWork: if the page is for families, and shut.
    """
    if isinstance(request.get(PRINCIPAL), StaffPrincipal | ParticipantPrincipal):
        return
    if DEVICE in request and rule.called in CALL_DOORS:
        return
    now = request.app[CLOCK]()
    shut = [one for one in request[WORKS] if one.closed and one.span.covers(now)]
    if shut and _is_for_families(rule):
        longest = max(shut, key=lambda one: one.span.end)
        raise ClosedForWork(longest, now=now, zone=request.app[SETTINGS].zone)


def told(request: web.Request) -> list[Told]:
    """What the page that answers tells of, in the language being spoken."""
    now = request.app[CLOCK]()
    return [
        Told(
            span=one.span,
            begun=one.span.start <= now,
            closed=one.closed,
            why=one.why(),
        )
        for one in request.get(WORKS, ())
    ]


def _is_for_families(rule: Route) -> bool:
    if rule.called in STATION_DOORS:
        return False
    doors = {Door.FAMILY, Door.PHONE, Door.TERMINAL}
    return bool(rule.allow & doors) or rule.called in FAMILY_DOORS


def from_row(row: Maintenance) -> Work:
    """An announcement without its row."""
    texts = {"fa": row.text_fa, "en": row.text_en} if row.text_fa else {}
    return Work(
        span=Timespan(row.starts_at, row.ends_at),
        reason=row.reason,
        texts=MappingProxyType(texts),
        closed=row.closed,
    )
