"""Where a booked visit could be moved: slots of a day, the next ones, other places.

Reads; whether a visit may be moved there is for the rules to say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, calendar
from scheduler.booking import Refused
from scheduler.calendar import SlotState
from scheduler.slots import Slot
from visitation import visits
from visitation.people import Scope
from visitation.places import Site, Station
from visitation.visits import Visit, boards
from visitation.words import StationKind
from web import forms, present, slot_places
from web.booking_choices import OWN_PHONE, Option
from web.booking_form import Because, Seat, SlotText
from web.fields import Day
from web.i18n import N_, _


class OtherDay(forms.Fields):
    """Which day to look at."""

    day: Day | None = Field(default=None, title=N_("Day"))


class Move(forms.Fields):
    """Where a visit goes; `back` says that the day is shown then, not the visit."""

    slot: SlotText = Field(title=N_("New time"))
    place: Seat = Field(title=N_("Where the family sits"))
    override: Because = Field(default="", title=N_("Reason to move all the same"))
    back: Literal["", "day"] = ""

    @property
    def kiosk(self) -> int | None:
        """The kiosk's id; None for the family's own phone."""
        return None if self.place == OWN_PHONE else int(self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What there is to choose from.

    Attributes:
        next_free: the next slots that everybody of the visit could take.
        of_day: every free slot of the day looked at.
    """

    day: date
    zone: ZoneInfo
    next_free: list[tuple[str, str]]
    of_day: list[tuple[str, str]]
    places: list[Option]

    @property
    def yesterday(self) -> date:
        """The day before the one looked at."""
        return self.day - timedelta(days=1)

    @property
    def tomorrow(self) -> date:
        """The day after the one looked at."""
        return self.day + timedelta(days=1)


async def read(
    session: AsyncSession,
    scope: Scope,
    visit: Visit,
    *,
    day: date | None,
    now: datetime,
    refused: Refused | None = None,
) -> Choices:
    """What a visit could be moved to; first of all what a refusal suggests."""
    prison = await session.get_one(Site, visit.prison_id)
    zone = ZoneInfo(prison.zone)
    day = day or present.local_day(max(visit.starts_at, now), zone)
    stations = await session.exec(select(Station).where(Station.site_id == prison.id))
    names = {one.id: one.name for one in stations.all()}
    following: Iterable[Slot] = (
        refused.next_free if refused else await _next_free(session, visit, now)
    )
    slots = await calendar.day(session, site_id=prison.id, day=day, now=now)
    free = [slot for slot in slots if slot.state is SlotState.FREE]
    kiosks = await boards.seats(session, scope=scope, kind=StationKind.KIOSK)
    return Choices(
        day=day,
        zone=zone,
        next_free=slot_places.in_words(following, names, zone),
        of_day=slot_places.in_words(free, names, zone),
        places=[
            (OWN_PHONE, _("Their own phone or computer")),
            *(
                (
                    str(seat.id),
                    present.parted(seat.site, seat.name),
                )
                for seat in kiosks
                if seat.out_of_order is None
            ),
        ],
    )


async def _next_free(
    session: AsyncSession, visit: Visit, now: datetime
) -> Iterable[Slot]:
    people = await visits.participants(session, visit.id)
    return await calendar.free(
        session,
        site_id=visit.prison_id,
        after=max(now, visit.starts_at),
        limit=booking.SUGGESTIONS,
        kind=visit.kind,
        kiosk_id=visit.kiosk_id,
        prisoner_id=visit.prisoner_id,
        visitor_ids=[one.visitor_id for one in people if one.visitor_id is not None],
        official_id=visit.official_id,
    )
