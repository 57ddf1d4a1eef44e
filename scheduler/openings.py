"""When prisons are open: zone, terminals, weekly patterns and holidays, as read.

Knows the tables of places; knows nothing of what is taken or closed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import slots
from scheduler.slots import Pattern, Sitting, Slot
from visitation.errors import NotFound
from visitation.places import (
    Policy,
    SessionTemplate,
    Site,
    SitePolicy,
    Station,
    holidays,
)
from visitation.timespan import Timespan
from visitation.words import SiteKind, StationKind, VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A prison, what it allows, its terminals by name, and its weekly patterns.

    Attributes:
        holidays: the days on which only some patterns are in force, among those that
            were asked about.
    """

    site: Site
    zone: ZoneInfo
    policy: Policy
    terminals: tuple[Station, ...]
    patterns: tuple[Pattern, ...]
    holidays: frozenset[date] = frozenset()

    def slots(self, first: date, last: date) -> list[Slot]:
        """Every slot from the first to the last local day, both included."""
        return slots.unroll(
            self.patterns, first, last, self.zone, holidays=self.holidays
        )

    def sittings(self, first: date, last: date) -> list[Sitting]:
        """Every span at which some terminal is open, from the first to the last day."""
        return slots.sittings(
            self.patterns, first, last, self.zone, holidays=self.holidays
        )

    def day(self, instant: datetime) -> date:
        """The local day of an instant."""
        return instant.astimezone(self.zone).date()

    def span(self, first: date, last: date) -> Timespan:
        """From midnight of the first local day to midnight after the last."""
        return local_days(self.zone, first, last)


async def opening(
    session: AsyncSession, site_id: int, *, first: date, last: date
) -> Opening:
    """How a prison is open between two local days.

    Raises:
        NotFound: if there is no such prison.
    """
    site = await session.get(Site, site_id)
    if site is None or site.kind is not SiteKind.PRISON:
        raise NotFound("prison")
    (found,) = await _of([site], session, first=first, last=last)
    return found


async def of_province(
    session: AsyncSession, province_id: int, *, first: date, last: date
) -> list[Opening]:
    """How the prisons of a province are open between two local days, by name.

    Those that were given up are left out. Five queries, however many prisons.
    """
    sites = await session.exec(
        select(Site)
        .where(
            Site.province_id == province_id,
            Site.kind == SiteKind.PRISON,
            col(Site.closed_at).is_(None),
        )
        .order_by(col(Site.name), col(Site.id))
    )
    return await _of(sites.all(), session, first=first, last=last)


async def _of(
    sites: Sequence[Site], session: AsyncSession, *, first: date, last: date
) -> list[Opening]:
    """The openings of prisons of one province."""
    if not sites:
        return []
    ids = [site.id for site in sites]
    policies = await _policies(session, ids)
    terminals = await _terminals(session, ids)
    templates = await _templates(session, ids, first, last)
    off = await holidays.days_off(
        session, province_id=sites[0].province_id, first=first, last=last
    )
    return [
        Opening(
            site=site,
            zone=ZoneInfo(site.zone),
            policy=policy,
            terminals=tuple(terminals[site.id]),
            patterns=tuple(
                _pattern(template, terminals[site.id], policy.turnover)
                for template in templates[site.id]
            ),
            holidays=off,
        )
        for site in sites
        for policy in [policies.get(site.id, Policy())]
    ]


async def _policies(session: AsyncSession, ids: Sequence[int]) -> dict[int, Policy]:
    rows = await session.exec(
        select(SitePolicy).where(col(SitePolicy.site_id).in_(ids))
    )
    names = [one.name for one in fields(Policy)]
    return {
        row.site_id: Policy(**{name: getattr(row, name) for name in names})
        for row in rows
    }


async def _terminals(
    session: AsyncSession, ids: Sequence[int]
) -> dict[int, list[Station]]:
    rows = await session.exec(
        select(Station)
        .where(col(Station.site_id).in_(ids), Station.kind == StationKind.TERMINAL)
        .order_by(col(Station.name), col(Station.id))
    )
    found = defaultdict(list)
    for station in rows:
        found[station.site_id].append(station)
    return found


async def _templates(
    session: AsyncSession, ids: Sequence[int], first: date, last: date
) -> dict[int, list[SessionTemplate]]:
    rows = await session.exec(
        select(SessionTemplate)
        .where(
            col(SessionTemplate.site_id).in_(ids),
            col(SessionTemplate.valid_from) <= last,
            or_(
                col(SessionTemplate.valid_to).is_(None),
                col(SessionTemplate.valid_to) >= first,
            ),
        )
        .order_by(col(SessionTemplate.id))
    )
    found = defaultdict(list)
    for template in rows:
        found[template.site_id].append(template)
    return found


def local_days(zone: ZoneInfo, first: date, last: date) -> Timespan:
    """From midnight of the first local day to midnight after the last."""
    return Timespan(
        datetime(first.year, first.month, first.day, tzinfo=zone),
        datetime.combine(last + timedelta(days=1), datetime.min.time(), tzinfo=zone),
    )


def _pattern(
    template: SessionTemplate, terminals: Iterable[Station], turnover: timedelta
) -> Pattern:
    here = tuple(terminal.id for terminal in terminals)
    kinds = [VisitKind(kind) for kind in template.kinds]
    return Pattern(
        template_id=template.id,
        weekday=template.weekday,
        starts=template.starts,
        ends=template.ends,
        slot=timedelta(minutes=template.slot_minutes),
        turnover=turnover,
        valid_from=template.valid_from,
        valid_to=template.valid_to,
        terminals=tuple(
            terminal_id
            for terminal_id in here
            if not template.stations or terminal_id in template.stations
        ),
        kinds=frozenset(kinds or VisitKind),
        every_weeks=template.every_weeks,
        on_holidays=template.on_holidays,
    )
