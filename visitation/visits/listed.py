"""A visit as a list shows it: with its people and places, read in four queries.

Knows how to put one together, and which of a terminal's visits comes next. Which visits
belong on which list is for `boards` to say.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import admission
from visitation.admission import Denial, Doorway
from visitation.lifecycle import ParticipantState, VisitState
from visitation.people import Account, Prisoner, Visitor
from visitation.places import Policy, Site, SitePolicy, Station
from visitation.timespan import Timespan
from visitation.visits.tables import Participant, Visit
from visitation.words import Attendance, Outcome, Part, VisitKind

#: What the people of the day should know of; a visit merely held is nobody's business.
SHOWN = frozenset(
    {
        VisitState.BOOKED,
        VisitState.LIVE,
        VisitState.COMPLETED,
        VisitState.MISSED,
        VisitState.UNCLOSED,
        VisitState.CANCELLED,
    }
)
#: States of a visit that somebody may still come to.
AHEAD = frozenset({VisitState.BOOKED, VisitState.LIVE})
#: More than a province holds in a day.
LONGEST_LIST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody's part in a visit.

    Attributes:
        phone: E.164, or None for whoever has none.
        reads: whether a message can be read by whoever gets it.
        has_code: whether there is a join code that can still be said.
    """

    id: int
    reference: str
    part: Part
    account_id: int | None
    state: ParticipantState
    name: str
    phone: str | None
    reads: bool
    has_code: bool
    told_at: datetime | None
    arrived_at: datetime | None
    identified_at: datetime | None
    joined_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One visit on a list.

    Attributes:
        zone: the prison's wall clock.
        ward: where the prisoner is fetched from; empty if it is not known.
        point: where the family sits; empty when they use a phone of their own.
        early: how long before its time the waiting room opens.
        grace: how long after its end the room stays open.
    """

    id: int
    reference: str
    kind: VisitKind
    state: VisitState
    span: Timespan
    early: timedelta
    grace: timedelta
    zone: str
    prison: str
    terminal_id: int
    terminal: str
    point_id: int | None
    point: str
    kiosk_id: int | None
    kiosk: str
    prisoner: str
    number: str
    ward: str
    official_id: int | None
    official: str
    official_wanted: bool
    attendance: Attendance | None
    outcome: Outcome | None
    attendees: tuple[Attendee, ...]

    def door(self, part: Part, now: datetime) -> Doorway:
        """The way in for one part, as admission looks at it."""
        return Doorway(
            now=now,
            span=self.span,
            early=self.early,
            grace=self.grace,
            state=self.state,
            kind=self.kind,
            part=part,
        )

    def denial(self, part: Part, now: datetime) -> Denial | None:
        """Why somebody may not enter now, or None."""
        return admission.denial(self.door(part, now))

    def of(self, *parts: Part) -> tuple[Attendee, ...]:
        """Those who take one of the parts."""
        return tuple(one for one in self.attendees if one.part in parts)


def next_of(visits: Sequence[Listed], now: datetime) -> Listed | None:
    """Which of a terminal's visits it should be in, or wait for.

    A live one before any other; one whose end has passed without a start gives way
    to whatever follows.
    """
    open_still = [
        visit for visit in visits if now < visit.door(Part.PRISONER, now).closes_at
    ]
    return min(
        open_still,
        key=lambda visit: (
            visit.state is not VisitState.LIVE,
            visit.span.end <= now,
            visit.span.start,
        ),
        default=None,
    )


async def listed(
    session: AsyncSession,
    *conditions: ColumnElement[bool],
    shown: frozenset[VisitState] = SHOWN,
) -> tuple[Listed, ...]:
    """The visits that meet the conditions, by their time; four queries at most."""
    rows = (
        await session.exec(
            select(Visit, Prisoner, SitePolicy, Account)
            .join(Prisoner, col(Prisoner.id) == col(Visit.prisoner_id))
            .outerjoin(SitePolicy, col(SitePolicy.site_id) == col(Visit.prison_id))
            .outerjoin(Account, col(Account.id) == col(Visit.official_id))
            .where(col(Visit.state).in_(shown), *conditions)
            .order_by(col(Visit.starts_at), col(Visit.id))
            .limit(LONGEST_LIST)
        )
    ).all()
    if not rows:
        return ()
    places = await _places(session, [visit for visit, _, _, _ in rows])
    people = await _attendees(session, {v.id: p.name for v, p, _, _ in rows})
    return tuple(
        _one(visit, prisoner, policy, official, places=places, people=people[visit.id])
        for visit, prisoner, policy, official in rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """The sites and stations that some visits name, by their ids."""

    sites: Mapping[int, Site]
    stations: Mapping[int, Station]

    def site(self, site_id: int | None) -> str:
        return "" if site_id is None else self.sites[site_id].name

    def station(self, station_id: int | None) -> str:
        return "" if station_id is None else self.stations[station_id].name


async def _places(session: AsyncSession, visits: Sequence[Visit]) -> _Places:
    site_ids = {at for v in visits for at in (v.prison_id, v.point_id) if at}
    seat_ids = {at for v in visits for at in (v.terminal_id, v.kiosk_id) if at}
    sites = await session.exec(select(Site).where(col(Site.id).in_(site_ids)))
    seats = await session.exec(select(Station).where(col(Station.id).in_(seat_ids)))
    return _Places(
        sites={site.id: site for site in sites.all()},
        stations={station.id: station for station in seats.all()},
    )


def _one(
    visit: Visit,
    prisoner: Prisoner,
    policy: SitePolicy | None,
    official: Account | None,
    *,
    places: _Places,
    people: Iterable[Attendee],
) -> Listed:
    rules = policy or Policy()
    return Listed(
        id=visit.id,
        reference=visit.reference,
        kind=visit.kind,
        state=visit.state,
        span=Timespan(visit.starts_at, visit.ends_at),
        early=timedelta(minutes=rules.early_minutes),
        grace=timedelta(minutes=rules.grace_minutes),
        zone=places.sites[visit.prison_id].zone,
        prison=places.site(visit.prison_id),
        terminal_id=visit.terminal_id,
        terminal=places.station(visit.terminal_id),
        point_id=visit.point_id,
        point=places.site(visit.point_id),
        kiosk_id=visit.kiosk_id,
        kiosk=places.station(visit.kiosk_id),
        prisoner=prisoner.name,
        number=prisoner.number,
        ward=prisoner.ward,
        official_id=visit.official_id,
        official="" if official is None else official.name,
        official_wanted=visit.official_wanted,
        attendance=visit.attendance,
        outcome=visit.outcome,
        attendees=tuple(people),
    )


async def _attendees(
    session: AsyncSession, prisoners: dict[int, str]
) -> dict[int, list[Attendee]]:
    rows = await session.exec(
        select(Participant, Visitor, Account)
        .outerjoin(Visitor, col(Visitor.id) == col(Participant.visitor_id))
        .outerjoin(Account, col(Account.id) == col(Participant.account_id))
        .where(col(Participant.visit_id).in_(prisoners))
        .order_by(col(Participant.id))
    )
    found: dict[int, list[Attendee]] = defaultdict(list)
    for participant, visitor, account in rows.all():
        person = visitor or account
        found[participant.visit_id].append(
            Attendee(
                id=participant.id,
                reference=participant.reference,
                part=participant.part,
                account_id=participant.account_id,
                state=participant.state,
                name=person.name if person else prisoners[participant.visit_id],
                phone=person.phone if person else None,
                reads=visitor.reads if visitor else True,
                has_code=participant.code_sealed is not None,
                told_at=participant.told_at,
                arrived_at=participant.arrived_at,
                identified_at=participant.identified_at,
                joined_at=participant.joined_at,
            )
        )
    return found
