"""Which visits to come may be concerned by what is on record.

Each kind of subject has the visits that could stand or fall with it, rather too many
than too few: whether anything speaks against them is for the rules to say.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, false
from sqlmodel import and_, col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit.tables import AuditEntry
from visitation.people import Appointment, Bar, Contact, KeptApart
from visitation.places import Closure, MobileDay, SessionTemplate, Site, Station
from visitation.visits import Participant, Visit

_DAY = timedelta(days=1)
#: More than the turnover of any prison.
_MARGIN = timedelta(hours=2)
#: What of a policy a booked visit could still be at odds with.
_OF_PARTIES = frozenset({"max_party", "adult_age"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What was done to one subject."""

    id: int
    action: str
    facts: Mapping[str, Any]


Concern = Callable[[AsyncSession, Sequence[Noted]], Awaitable[ColumnElement[bool]]]


async def by_entries(
    session: AsyncSession, entries: Sequence[AuditEntry]
) -> list[ColumnElement[bool]]:
    """The conditions on `Visit` that keep what some entries may concern."""
    kinds: dict[str, list[Noted]] = {}
    for entry in entries:
        kind, _colon, number = entry.subject.partition(":")
        if kind in CONCERNS:
            noted = Noted(id=int(number or 0), action=entry.action, facts=entry.facts)
            kinds.setdefault(kind, []).append(noted)
    return [await CONCERNS[kind](session, noted) for kind, noted in kinds.items()]


async def by_closures(
    session: AsyncSession, closure_ids: Sequence[int]
) -> ColumnElement[bool]:
    """The condition on `Visit` that keeps what some closures lie over."""
    rows = await session.exec(select(Closure).where(col(Closure.id).in_(closure_ids)))
    found = [
        and_(
            _there([one.site_id])
            if one.station_id is None
            else _seated([one.station_id]),
            col(Visit.starts_at) < one.ends_at,
            col(Visit.ends_at) > one.starts_at - _MARGIN,
        )
        for one in rows
    ]
    return or_(false(), *found)


async def _closures(
    session: AsyncSession, noted: Sequence[Noted]
) -> ColumnElement[bool]:
    return await by_closures(session, _ids(noted))


async def _prisoners(
    session: AsyncSession, noted: Sequence[Noted]
) -> ColumnElement[bool]:
    return col(Visit.prisoner_id).in_(_ids(noted))


def _prisoners_of(table: type[Contact] | type[Bar] | type[Appointment]) -> Concern:
    async def of_prisoners(
        session: AsyncSession, noted: Sequence[Noted]
    ) -> ColumnElement[bool]:
        whose = select(table.prisoner_id).where(col(table.id).in_(_ids(noted)))
        return col(Visit.prisoner_id).in_(whose)

    return of_prisoners


async def _pairs(session: AsyncSession, noted: Sequence[Noted]) -> ColumnElement[bool]:
    among = col(KeptApart.id).in_(_ids(noted))
    return or_(
        col(Visit.prisoner_id).in_(select(KeptApart.one_id).where(among)),
        col(Visit.prisoner_id).in_(select(KeptApart.other_id).where(among)),
    )


async def _visits(session: AsyncSession, noted: Sequence[Noted]) -> ColumnElement[bool]:
    """The visits themselves, and those of prisoners who must not meet theirs."""
    ids = _ids(noted)
    theirs = select(Visit.prisoner_id).where(col(Visit.id).in_(ids))
    one, other = col(KeptApart.one_id), col(KeptApart.other_id)
    return or_(
        col(Visit.id).in_(ids),
        col(Visit.prisoner_id).in_(select(one).where(other.in_(theirs))),
        col(Visit.prisoner_id).in_(select(other).where(one.in_(theirs))),
    )


async def _visitors(
    session: AsyncSession, noted: Sequence[Noted]
) -> ColumnElement[bool]:
    coming = select(Participant.visit_id).where(
        col(Participant.visitor_id).in_(_ids(noted))
    )
    return col(Visit.id).in_(coming)


async def _stations(
    session: AsyncSession, noted: Sequence[Noted]
) -> ColumnElement[bool]:
    return _seated(_ids(noted))


async def _officials(
    session: AsyncSession, noted: Sequence[Noted]
) -> ColumnElement[bool]:
    return col(Visit.official_id).in_(_ids(noted))


async def _covers(session: AsyncSession, noted: Sequence[Noted]) -> ColumnElement[bool]:
    return col(Visit.cover_id).in_(_ids(noted))


async def _templates(
    session: AsyncSession, noted: Sequence[Noted]
) -> ColumnElement[bool]:
    whose = select(SessionTemplate.site_id).where(
        col(SessionTemplate.id).in_(_ids(noted))
    )
    return col(Visit.prison_id).in_(whose)


async def _sites(session: AsyncSession, noted: Sequence[Noted]) -> ColumnElement[bool]:
    telling = [
        one
        for one in noted
        if _of_parties(one)
        and (one.action != "edit_site" or "zone" in one.facts.get("changed", ()))
    ]
    return _there(_ids(telling)) if telling else false()


async def _provinces(
    session: AsyncSession, noted: Sequence[Noted]
) -> ColumnElement[bool]:
    chosen = [one for one in noted if one.action == "set_policy" and _of_parties(one)]
    inside = select(Site.id).where(col(Site.province_id).in_(_ids(chosen)))
    return col(Visit.prison_id).in_(inside) if chosen else false()


async def _nation(session: AsyncSession, noted: Sequence[Noted]) -> ColumnElement[bool]:
    chosen = any(_of_parties(one) for one in noted)
    return col(Visit.id) > 0 if chosen else false()


async def _mobile_days(
    session: AsyncSession, noted: Sequence[Noted]
) -> ColumnElement[bool]:
    rows = await session.exec(
        select(MobileDay).where(col(MobileDay.id).in_(_ids(noted)))
    )
    days = {(row.id, row.site_id): {row.day} for row in rows}
    for one in noted:
        for (day_id, _site), named in days.items():
            if day_id == one.id:
                named.update(_days_in(one.facts))
    found = [
        and_(col(Visit.kiosk_id).in_(_of_sites([site])), _around(day))
        for (_id, site), named in days.items()
        for day in sorted(named)
    ]
    # With its first day an office begins to travel, and is away on all the others.
    first = await session.exec(
        select(MobileDay.site_id)
        .where(col(MobileDay.site_id).in_({site for _id, site in days}))
        .group_by(col(MobileDay.site_id))
        .having(func.count() == 1)
    )
    return or_(col(Visit.kiosk_id).in_(_of_sites(first.all())), *found)


async def _holidays(
    session: AsyncSession, noted: Sequence[Noted]
) -> ColumnElement[bool]:
    found = []
    for one in noted:
        for day in _days_in(one.facts):
            found.append(_around(day))
            if province := one.facts.get("province"):
                inside = select(Site.id).where(col(Site.province_id) == province)
                found[-1] = and_(found[-1], col(Visit.prison_id).in_(inside))
    return or_(false(), *found)


async def _years(session: AsyncSession, noted: Sequence[Noted]) -> ColumnElement[bool]:
    changed = [
        one for one in noted if one.facts.get("added") or one.facts.get("withdrawn")
    ]
    return col(Visit.id) > 0 if changed else false()


#: Whom what is done to a kind of subject may concern.
CONCERNS: Mapping[str, Concern] = {
    "prisoner": _prisoners,
    "contact": _prisoners_of(Contact),
    "bar": _prisoners_of(Bar),
    "appointment": _prisoners_of(Appointment),
    "kept_apart": _pairs,
    "visit": _visits,
    "visitor": _visitors,
    "closure": _closures,
    "station": _stations,
    "site": _sites,
    "province": _provinces,
    "nation": _nation,
    "template": _templates,
    "mobile_day": _mobile_days,
    "holiday": _holidays,
    "holidays": _years,
    "account": _officials,
    "cover": _covers,
}
#: Subjects that no booked visit stands on.
INDIFFERENT = frozenset(
    {
        *("flag", "participant", "waiting", "offer", "plan", "series", "message"),
        *("link_request", "ruling", "case", "maintenance", "service", "webhook"),
        # What rests on these is a link, and has entries of its own.
        *("licence", "mandate", "roster"),
    }
)


def _ids(noted: Sequence[Noted]) -> list[int]:
    return sorted({one.id for one in noted})


def _of_parties(one: Noted) -> bool:
    return one.action != "set_policy" or bool(
        _OF_PARTIES.intersection(one.facts.get("chosen", ()))
    )


def _there(site_ids: Sequence[int]) -> ColumnElement[bool]:
    return or_(
        col(Visit.prison_id).in_(site_ids),
        col(Visit.point_id).in_(site_ids),
        col(Visit.kiosk_id).in_(_of_sites(site_ids)),
    )


def _seated(station_ids: Sequence[int]) -> ColumnElement[bool]:
    return or_(
        col(Visit.terminal_id).in_(station_ids), col(Visit.kiosk_id).in_(station_ids)
    )


def _of_sites(site_ids: Sequence[int]) -> Any:
    return select(Station.id).where(col(Station.site_id).in_(site_ids))


def _days_in(facts: Mapping[str, Any]) -> set[date]:
    """The day that an entry names, if any."""
    return {date.fromisoformat(facts["day"])} if facts.get("day") else set()


def _around(day: date) -> ColumnElement[bool]:
    """A local day, wherever the clock stands."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return and_(
        col(Visit.starts_at) >= midnight - _DAY,
        col(Visit.starts_at) < midnight + 2 * _DAY,
    )
