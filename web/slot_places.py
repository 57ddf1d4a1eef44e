"""A slot by its name: where it is, whether it is free, and what to take instead.

Reads; whether it may be booked for somebody is for the rules to say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, calendar
from scheduler.calendar import DaySlot, SlotState
from scheduler.slots import Slot
from visitation import places
from visitation.errors import NotFound
from visitation.people import Scope
from visitation.places import Policy, Site, Station
from visitation.timespan import Timespan
from visitation.words import StationKind
from web import named, present, slot_names
from web.i18n import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The slot that somebody would like to book.

    Attributes:
        slot: as the calendar has it; None if there is no such slot any more.
        terminals: the prison's, by id.
    """

    name: str
    prison: Site
    terminal_id: int
    terminal: str
    start: datetime
    slot: DaySlot | None
    terminals: Mapping[int, str]
    policy: Policy

    @property
    def zone(self) -> ZoneInfo:
        """The prison's wall clock."""
        return ZoneInfo(self.prison.zone)

    @property
    def span(self) -> Timespan:
        """The slot's time; of what is no slot, the shortest there can be."""
        if self.slot is None:
            return Timespan(self.start, self.start + timedelta(minutes=5))
        return self.slot.span

    @property
    def is_free(self) -> bool:
        """Whether it could still be booked by somebody."""
        return self.slot is not None and self.slot.state is SlotState.FREE

    def for_holder(self, reference: str) -> "Place":
        """The slot as whoever holds it in a visit of this reference sees it: free."""
        if self.slot is None or self.slot.visit != reference:
            return self
        return replace(self, slot=replace(self.slot, state=SlotState.FREE))

    async def suggestions(
        self, session: AsyncSession, *, now: datetime
    ) -> list[tuple[str, str]]:
        """What to take instead, once this slot is not free; nothing while it is."""
        if self.is_free:
            return []
        following = await calendar.free(
            session,
            site_id=self.prison.id,
            after=max(now, self.start),
            limit=booking.SUGGESTIONS,
        )
        return self.in_words(following)

    def in_words(self, slots: Iterable[Slot]) -> list[tuple[str, str]]:
        """The names of slots of the prison, each with its time and terminal."""
        return in_words(slots, self.terminals, self.zone)


async def place_of(
    session: AsyncSession, scope: Scope, text: str, *, now: datetime
) -> Place:
    """The slot of that name, in a prison within reach.

    Raises:
        NotFound: if it is no name, or the terminal is out of reach.
    """
    wanted = slot_names.read(text)
    if wanted is None:
        raise NotFound("slot")
    terminal = await named.station(session, scope, wanted.terminal_id)
    if terminal.kind is not StationKind.TERMINAL:
        raise NotFound("terminal")
    prison = await session.get_one(Site, terminal.site_id)
    day = wanted.start.astimezone(ZoneInfo(prison.zone)).date()
    slots = await calendar.day(session, site_id=prison.id, day=day, now=now)
    stations = await session.exec(select(Station).where(Station.site_id == prison.id))
    return Place(
        name=text,
        prison=prison,
        terminal_id=terminal.id,
        terminal=terminal.name,
        terminals={one.id: one.name for one in stations.all()},
        start=wanted.start,
        slot=next(
            (
                slot
                for slot in slots
                if slot.terminal_id == terminal.id
                and slot.span.start == wanted.start
                and slot.kinds
            ),
            None,
        ),
        policy=await places.policy_of(session, prison.id),
    )


def in_words(
    slots: Iterable[Slot | DaySlot], terminals: Mapping[int, str], zone: ZoneInfo
) -> list[tuple[str, str]]:
    """The names of slots, each with its time and terminal in words."""
    return [
        (
            slot_names.name(slot.terminal_id, slot.span),
            _(
                "%(time)s, %(terminal)s",
                time=present.span(slot.span, zone),
                terminal=present.isolated(terminals.get(slot.terminal_id, "")),
            ),
        )
        for slot in slots
    ]
