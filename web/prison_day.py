"""A prison's day as its page shows it: its slots, the week, and what is beside.

Reads in a fixed number of queries, then is pure: `day_grid` draws the table.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import calendar, openings
from scheduler.calendar import DaySlot, SlotState
from visitation.lifecycle import VisitState
from visitation.places import Site, Station
from visitation.visits import Visit
from visitation.visits.listed import Listed, listed
from web import cover_rows, present
from web.i18n import _, ngettext
from web.labels import label, tone

_SATURDAY = 5
#: A visit that is merely held may be gone in a minute.
_SHOWN = frozenset(VisitState) - {VisitState.HELD, VisitState.EXPIRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the things beside the table lead: a day, a visit."""

    day: Callable[[date], str]
    visit: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLink:
    """A day of the week strip; `free` is how many slots can be booked, in words."""

    href: str
    weekday: str
    date: str
    free: str
    tone: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A visit that stands in no slot of the grid: cancelled, missed, of odd times."""

    href: str
    hours: str
    terminal: str
    prisoner: str
    sign: str
    tone: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrisonDay:
    """One day of a prison, as it was read."""

    prison: Site
    day: date
    today: date
    terminals: Sequence[Station]
    week: Mapping[date, Sequence[DaySlot]]
    visits: Mapping[str, Listed]
    covers: Sequence[cover_rows.Row]

    @property
    def zone(self) -> ZoneInfo:
        """The prison's wall clock."""
        return ZoneInfo(self.prison.zone)

    @property
    def slots(self) -> Sequence[DaySlot]:
        """The day's slots, without the visits that stand beside them."""
        return [slot for slot in self.week[self.day] if slot.kinds]

    @property
    def columns(self) -> Sequence[Station]:
        """The terminals that have any slot that day."""
        used = {slot.terminal_id for slot in self.slots}
        return [terminal for terminal in self.terminals if terminal.id in used]

    def strip(self, links: Links) -> list[DayLink]:
        """The days of the week, each with how much of it is free."""
        return [self._day_link(day, slots, links) for day, slots in self.week.items()]

    def beside(self, links: Links) -> list[Beside]:
        """The day's visits that the grid does not show."""
        shown = {slot.visit for slot in self.slots}
        return [
            Beside(
                href=links.visit(reference),
                hours=present.hours(visit.span, self.zone),
                terminal=visit.terminal,
                prisoner=visit.prisoner,
                sign=label(visit.state),
                tone=tone(visit.state),
                outcome=label(visit.outcome) if visit.outcome else "",
            )
            for reference, visit in self.visits.items()
            if reference not in shown
        ]

    def _day_link(self, day: date, slots: Sequence[DaySlot], links: Links) -> DayLink:
        free = sum(slot.state is SlotState.FREE for slot in slots)
        return DayLink(
            href=links.day(day),
            weekday=present.weekday(day, self.zone),
            date=present.day(day, self.zone, weekday=False),
            free=present.digits(ngettext("%(num)s free", "%(num)s free", free))
            if free
            else _("None free"),
            tone="good" if free else "plain",
            is_chosen=day == self.day,
        )


async def read(
    session: AsyncSession, prison: Site, day: date | None, *, now: datetime
) -> PrisonDay:
    """A day of a prison; today if none is named."""
    zone = ZoneInfo(prison.zone)
    today = present.local_day(now, zone)
    day = day or today
    saturday = day - timedelta(days=(day.weekday() - _SATURDAY) % 7)
    whole = openings.local_days(zone, day, day)
    found = await listed(
        session,
        col(Visit.prison_id) == prison.id,
        col(Visit.starts_at) >= whole.start,
        col(Visit.starts_at) < whole.end,
        shown=_SHOWN,
    )
    terminals = await session.exec(
        select(Station)
        .where(Station.site_id == prison.id)
        .order_by(col(Station.name), col(Station.id))
    )
    return PrisonDay(
        prison=prison,
        day=day,
        today=today,
        terminals=terminals.all(),
        week=await calendar.week(session, site_id=prison.id, first=saturday, now=now),
        visits={visit.reference: visit for visit in found},
        covers=await cover_rows.between(session, whole, prison_id=prison.id),
    )
