"""Sites, stations and slots, for programs."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlmodel import col, select

from scheduler import calendar
from scheduler.calendar import DaySlot, SlotState
from visitation.errors import Invalid
from visitation.places import policy_of
from visitation.places.tables import Site, Station
from visitation.words import SiteKind
from web import named, subjects
from web.api import answers
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Id, Instant
from web.routing import STAFF

LONGEST_SPAN = timedelta(days=31)
_WEEK = timedelta(days=7)


class SitesQuery(Asked):
    """Which sites."""

    kind: SiteKind | None = None


class StationsQuery(Asked):
    """Whose stations."""

    site: Id


class SlotsQuery(Asked):
    """Which slots: those that begin in a half-open span of 31 days at most."""

    site: Id = Field(description="A prison.")
    from_: Instant = Field(alias="from")
    to: Instant
    state: SlotState | None = None


async def list_sites(call: Call) -> answers.Sites:
    """List the sites within the account's reach."""
    asked: SitesQuery = call.query
    query = select(Site).where(call.by.scope.of_sites()).order_by(col(Site.id))
    if asked.kind is not None:
        query = query.where(Site.kind == asked.kind)
    rows = await call.session.exec(query)
    return answers.Sites(items=[answers.Site.model_validate(r) for r in rows.all()])


async def get_site(call: Call) -> answers.Site:
    """Get one site."""
    return answers.Site.model_validate(call.subject)


async def get_policy(call: Call) -> answers.Policy:
    """Get what a prison allows, whoever chose it: prison, province or nation."""
    site = await named.prison(call.session, call.by.scope, call.subject.id)
    return answers.Policy.model_validate(await policy_of(call.session, site.id))


async def list_stations(call: Call) -> answers.Stations:
    """List the stations of a site."""
    asked: StationsQuery = call.query
    await named.site(call.session, call.by.scope, asked.site)
    rows = await call.session.exec(
        select(Station).where(Station.site_id == asked.site).order_by(col(Station.id))
    )
    return answers.Stations(
        items=[answers.Station.model_validate(r) for r in rows.all()]
    )


async def list_slots(call: Call) -> answers.Slots:
    """List the slots of a prison, whether free, taken, closed or past.

    Slots come from the weekly opening hours; only a slot can be booked, by its
    terminal, its start and its end. A clerk finds the free ones of the prisons that
    families of its points visit.
    """
    asked: SlotsQuery = call.query
    if not timedelta(0) < asked.to - asked.from_ <= LONGEST_SPAN:
        raise Invalid("to", "span_length")
    site = await named.prison_asked_for(call.session, call.by, asked.site)
    found = await _between(call, site, asked.from_, asked.to)
    hidden = not call.by.scope.reaches(site)
    return answers.Slots(
        items=[
            answers.Slot.of_day(slot)
            for slot in found
            if (asked.state is None or slot.state is asked.state)
            and not (hidden and slot.state is not SlotState.FREE)
        ]
    )


async def _between(
    call: Call, site: Site, first: datetime, last: datetime
) -> list[DaySlot]:
    zone = ZoneInfo(site.zone)
    day, end = first.astimezone(zone).date(), last.astimezone(zone).date()
    found: list[DaySlot] = []
    while day <= end:
        week = await calendar.week(
            call.session, site_id=site.id, first=day, now=call.now
        )
        found += (slot for slots in week.values() for slot in slots)
        day += _WEEK
    return [slot for slot in found if first <= slot.span.start < last]


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/sites",
        act=list_sites,
        allow=STAFF,
        query=SitesQuery,
        answer=answers.Sites,
    ),
    Endpoint(
        method="GET",
        path="/sites/{site}",
        act=get_site,
        allow=STAFF,
        subject=subjects.site,
        answer=answers.Site,
    ),
    Endpoint(
        method="GET",
        path="/sites/{site}/policy",
        act=get_policy,
        allow=STAFF,
        subject=subjects.site,
        answer=answers.Policy,
    ),
    Endpoint(
        method="GET",
        path="/stations",
        act=list_stations,
        allow=STAFF,
        query=StationsQuery,
        answer=answers.Stations,
    ),
    Endpoint(
        method="GET",
        path="/slots",
        act=list_slots,
        allow=STAFF,
        query=SlotsQuery,
        answer=answers.Slots,
    ),
)
