"""When prisons are open: zone, terminals, weekly patterns and holidays, as read.

Knows the tables of places; knows nothing of what is taken or closed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row
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

_POLICY = [one.name for one in fields(Policy)]
TEMPLATE = (
    *("site_id", "id", "weekday", "starts", "ends", "slot_minutes", "valid_from"),
    *("valid_to", "every_weeks", "on_holidays", "stations", "kinds"),
)
# Columns, not rows, and statements that are made once: every booking asks them, and a
# province has hundreds of terminals and templates.
_SITES: Any = (
    select(Site, SitePolicy.site_id, *[getattr(SitePolicy, name) for name in _POLICY])
    .outerjoin(SitePolicy, col(SitePolicy.site_id) == col(Site.id))
    .where(Site.kind == SiteKind.PRISON)
    .order_by(col(Site.name), col(Site.id))
)
_TERMINALS = (
    select(Station.site_id, Station.id, Station.name, Station.out_of_order)
    .where(Station.kind == StationKind.TERMINAL)
    .order_by(col(Station.name), col(Station.id))
)
_TEMPLATES: Any = select(
    *[getattr(SessionTemplate, name) for name in TEMPLATE]
).order_by(col(SessionTemplate.id))
_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """A prison's terminal; `out_of_order` says why, if it is."""

    id: int
    name: str
    out_of_order: str | None = None


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
    terminals: tuple[Terminal, ...]
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

    Four queries, however many terminals and templates.

    Raises:
        NotFound: if there is no such prison.
    """
    sites = await _sites(session, Site.id == site_id)
    if not sites:
        raise NotFound("prison")
    (found,) = await _of(sites, session, first=first, last=last)
    return found


async def of_province(
    session: AsyncSession, province_id: int, *, first: date, last: date
) -> list[Opening]:
    """How the prisons of a province are open between two local days, by name.

    Those that were given up are left out. Four queries, however many prisons.
    """
    sites = await _sites(
        session, Site.province_id == province_id, col(Site.closed_at).is_(None)
    )
    return await _of(sites, session, first=first, last=last)


async def _sites(
    session: AsyncSession, *which: ColumnElement[bool] | bool
) -> list[tuple[Site, Policy]]:
    return [
        (site, Policy(**dict(zip(_POLICY, chosen, strict=True))) if known else Policy())
        for site, known, *chosen in await session.exec(_SITES.where(*which))
    ]


async def _of(
    sites: Sequence[tuple[Site, Policy]],
    session: AsyncSession,
    *,
    first: date,
    last: date,
) -> list[Opening]:
    """The openings of prisons of one province."""
    if not sites:
        return []
    ids = [site.id for site, _policy in sites]
    terminals = await _terminals(session, ids)
    templates = await _templates(session, ids, first, last)
    off = await holidays.days_off(
        session, province_id=sites[0][0].province_id, first=first, last=last
    )
    return [
        Opening(
            site=site,
            zone=ZoneInfo(site.zone),
            policy=policy,
            terminals=tuple(terminals[site.id]),
            patterns=tuple(
                pattern_of(
                    template, [one.id for one in terminals[site.id]], policy.turnover
                )
                for template in templates[site.id]
            ),
            holidays=off,
        )
        for site, policy in sites
    ]


async def _terminals(
    session: AsyncSession, ids: Sequence[int]
) -> dict[int, list[Terminal]]:
    rows = await session.exec(_TERMINALS.where(col(Station.site_id).in_(ids)))
    found = defaultdict(list)
    for site_id, number, name, out_of_order in rows:
        terminal = Terminal(id=number, name=name, out_of_order=out_of_order)
        found[site_id].append(terminal)
    return found


async def _templates(
    session: AsyncSession, ids: Sequence[int], first: date, last: date
) -> dict[int, list[Row[Any]]]:
    days = min(_WEEK, (last - first).days + 1)
    weekdays = [(first.weekday() + n) % _WEEK for n in range(days)]
    rows = await session.exec(
        _TEMPLATES.where(
            col(SessionTemplate.site_id).in_(ids),
            col(SessionTemplate.weekday).in_(weekdays),
            col(SessionTemplate.valid_from) <= last,
            or_(
                col(SessionTemplate.valid_to).is_(None),
                col(SessionTemplate.valid_to) >= first,
            ),
        )
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


def pattern_of(
    template: Row[Any], terminals: Iterable[int], turnover: timedelta
) -> Pattern:
    """The pattern that a template's columns make of some of its prison's terminals."""
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
            for terminal_id in terminals
            if not template.stations or terminal_id in template.stations
        ),
        kinds=frozenset(kinds or VisitKind),
        every_weeks=template.every_weeks,
        on_holidays=template.on_holidays,
    )
