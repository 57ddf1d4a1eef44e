"""What stands against a visit besides what is taken, and what is open for it.

Reads for `situation`: one query about the day, one about the official's hours if there
is one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row, bindparam, exists, select
from sqlmodel import SQLModel, and_, col, or_
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import openings, rules, slots
from scheduler.proposals import Proposal
from scheduler.seats import Seats
from scheduler.slots import Slot
from visitation import database, people
from visitation.lifecycle import OCCUPYING
from visitation.people.hours import spans_on
from visitation.places import Closure, SessionTemplate
from visitation.places.mobile import stops_at
from visitation.places.tables import Holiday, ProvinceGrant, Site, Station
from visitation.timespan import Timespan
from visitation.visits import Visit, claims
from visitation.words import SiteKind

_TABLES = SQLModel.metadata.tables
_hours = _TABLES["official_hours"]
_SPAN: Any = SimpleNamespace(start=bindparam("start"), end=bindparam("end"))
_PRISONER: Any = bindparam("prisoner")
_VISITORS: Any = bindparam("visitors", expanding=True)
_DAY: Any = bindparam("day")


def _met() -> Any:
    """Whether somebody kept apart from the prisoner is at the prison that day."""
    return exists().where(
        col(Visit.prisoner_id).in_(people.others_of(_PRISONER)),
        col(Visit.prison_id) == bindparam("prison"),
        col(Visit.state).in_(sorted(OCCUPYING)),
        col(Visit.starts_at) >= bindparam("midnight"),
        col(Visit.starts_at) < bindparam("next_midnight"),
        col(Visit.id) != bindparam("but_visit"),
    )


def _closed() -> Any:
    """Whether one of the places or seats is shut, turnover included."""
    return exists().where(
        col(Closure.lifted_at).is_(None),
        col(Closure.starts_at) < bindparam("turned_over"),
        col(Closure.ends_at) > bindparam("start"),
        or_(
            and_(
                col(Closure.site_id).in_(bindparam("sites", expanding=True)),
                col(Closure.station_id).is_(None),
            ),
            col(Closure.station_id).in_(bindparam("stations", expanding=True)),
        ),
    )


def _granted() -> Any:
    return exists().where(
        col(ProvinceGrant.prison_id) == bindparam("prison"),
        col(ProvinceGrant.province_id) == bindparam("from_province"),
        or_(col(ProvinceGrant.until).is_(None), col(ProvinceGrant.until) >= _DAY),
    )


def _observed(where: Any) -> Any:
    return select(col(Holiday.observed)).where(col(Holiday.day) == _DAY, where)


def _taken() -> list[Any]:
    """Of each kind that a visit occupies, whether somebody else has it then."""
    return [
        claims.holding(
            bindparam(f"{kind}_names", expanding=True),
            bindparam("first"),
            bindparam("seats_free" if kind in claims.SEATS else "people_free"),
            bindparam("but_visit"),
        ).label(f"{kind}_taken")
        for kind in rules.TAKEN
    ]


#: A row for each template of the weekday, or one; each with all that is against it.
#: Made once: putting it together takes longer than its answer.
_DAY_OF: Any = (
    select(
        *[getattr(SessionTemplate, name) for name in openings.TEMPLATE],
        exists().where(people.barred(_PRISONER, _VISITORS, _SPAN)).label("barred"),
        exists().where(people.clashing(_PRISONER, _SPAN)).label("away"),
        _met().label("kept_apart"),
        _closed().label("closed"),
        _granted().label("granted"),
        _observed(col(Holiday.province_id).is_(None))
        .scalar_subquery()
        .label("national_holiday"),
        _observed(col(Holiday.province_id) == bindparam("province"))
        .scalar_subquery()
        .label("own_holiday"),
        *_taken(),
    )
    .select_from(Site)
    .outerjoin(
        SessionTemplate,
        and_(
            col(SessionTemplate.site_id) == col(Site.id),
            col(SessionTemplate.weekday) == bindparam("weekday"),
            col(SessionTemplate.valid_from) <= _DAY,
            or_(
                col(SessionTemplate.valid_to).is_(None),
                col(SessionTemplate.valid_to) >= _DAY,
            ),
        ),
    )
    .where(col(Site.id) == bindparam("prison"))
    .order_by(col(SessionTemplate.id))
)
_HOURS = select(
    _hours.c.weekday,
    _hours.c.starts,
    _hours.c.ends,
    _hours.c.zone,
    _hours.c.valid_from,
    _hours.c.valid_to,
).where(
    _hours.c.account_id == bindparam("official"),
    _hours.c.valid_from <= _DAY,
    or_(_hours.c.valid_to.is_(None), _hours.c.valid_to >= _DAY),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The local day of a visit: the terminal's slots, and what is against the visit.

    Attributes:
        taken: which kinds of what the visit occupies somebody else has then.
    """

    slots: tuple[Slot, ...]
    holiday: bool
    barred: bool
    away: bool
    kept_apart: bool
    closed: bool
    province_admitted: bool
    taken: frozenset[str]


async def day(
    session: AsyncSession,
    proposal: Proposal,
    seats: Seats,
    wanted: Collection[str],
    *,
    but_visit: int | None,
) -> Day:
    """What is open for a visit and what is against it, in one query."""
    span, prison = proposal.span, seats.prison
    local = prison.day(span.start)
    whole, turned_over = prison.span(local, local), span.end + prison.policy.turnover
    rows = await database.rows(
        session,
        _DAY_OF,
        {
            "prison": proposal.prison_id,
            "prisoner": proposal.prisoner_id,
            "visitors": sorted(proposal.visitor_ids),
            "start": span.start,
            "end": span.end,
            "day": local,
            "weekday": local.weekday(),
            "midnight": whole.start,
            "next_midnight": whole.end,
            "but_visit": but_visit or 0,
            "turned_over": turned_over,
            "sites": sorted(seats.closed_at),
            "stations": [proposal.terminal_id, proposal.kiosk_id or 0],
            "province": prison.province_id,
            "from_province": seats.province_id or 0,
            **_quanta(span, turned_over),
            **_names(wanted),
        },
    )
    one = rows[0]
    own = one.own_holiday
    holiday = bool(one.national_holiday if own is None else own)
    given_up = any(at and at < turned_over for at in seats.closed_at.values())
    return Day(
        slots=_slots(rows, proposal, seats, local, holiday=holiday),
        holiday=holiday,
        barred=one.barred and bool(proposal.visitor_ids),
        away=one.away,
        kept_apart=one.kept_apart,
        closed=given_up or one.closed,
        province_admitted=seats.province_id in {None, prison.province_id}
        or one.granted,
        taken=frozenset(kind for kind in rules.TAKEN if getattr(one, f"{kind}_taken")),
    )


def _quanta(span: Timespan, turned_over: datetime) -> dict[str, int]:
    return {
        "first": span.quanta().start,
        "people_free": span.quanta().stop,
        "seats_free": Timespan(span.start, turned_over).quanta().stop,
    }


def _names(wanted: Collection[str]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {f"{kind}_names": [] for kind in rules.TAKEN}
    for name in sorted(wanted):
        names[f"{name.partition(':')[0]}_names"].append(name)
    return names


def _slots(
    rows: Sequence[Row[Any]],
    proposal: Proposal,
    seats: Seats,
    local: date,
    *,
    holiday: bool,
) -> tuple[Slot, ...]:
    terminals = [proposal.terminal_id] if seats.terminal_is_here else []
    turnover: timedelta = seats.prison.policy.turnover
    patterns = [openings.pattern_of(row, terminals, turnover) for row in rows if row.id]
    off = {local} if holiday else frozenset[date]()
    return tuple(slots.unroll(patterns, local, local, seats.prison.zone, holidays=off))


async def point_of(session: AsyncSession, proposal: Proposal) -> int | None:
    """Where the family sits: the kiosk's place, or the village it stands in then."""
    if proposal.kiosk_id is None:
        return None
    kiosk = await session.get_one(Station, proposal.kiosk_id)
    office = await session.get_one(Site, kiosk.site_id)
    if office.kind is not SiteKind.MOBILE_OFFICE:
        return office.id
    stop = await stops_at(session, kiosk_id=kiosk.id, span=proposal.span)
    return stop.village_id if stop else office.id


def age(born_on: date, day: date) -> int:
    """How many years old somebody is on a day."""
    before = (day.month, day.day) < (born_on.month, born_on.day)
    return day.year - born_on.year - before


async def official_is_then(
    session: AsyncSession, proposal: Proposal, day: date
) -> bool:
    """Whether the official can be booked then.

    An official without hours on record can be booked at any time; one who covers the
    visit has given that time already.
    """
    if proposal.official_id is None or proposal.cover_id is not None:
        return True
    given: Any = await database.rows(
        session, _HOURS, {"official": proposal.official_id, "day": day}
    )
    return not given or any(one.contains(proposal.span) for one in spans_on(given, day))
