"""When a prison is open: its zone, its terminals, and its weekly patterns, as read.

Knows the tables of places; knows nothing of what is taken or closed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.slots import Pattern, Slot, unroll
from visitation import places
from visitation.errors import NotFound
from visitation.places import Policy, SessionTemplate, Site, Station
from visitation.timespan import Timespan
from visitation.words import SiteKind, StationKind, VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A prison, what it allows, its terminals by name, and its weekly patterns."""

    site: Site
    zone: ZoneInfo
    policy: Policy
    terminals: tuple[Station, ...]
    patterns: tuple[Pattern, ...]

    def slots(self, first: date, last: date) -> list[Slot]:
        """Every slot from the first to the last local day, both included."""
        return unroll(self.patterns, first, last, self.zone)

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
    policy = await places.policy_of(session, site_id)
    stations = await session.exec(
        select(Station)
        .where(Station.site_id == site_id, Station.kind == StationKind.TERMINAL)
        .order_by(col(Station.name), col(Station.id))
    )
    terminals = tuple(stations.all())
    templates = await session.exec(
        select(SessionTemplate)
        .where(
            SessionTemplate.site_id == site_id,
            col(SessionTemplate.valid_from) <= last,
            or_(
                col(SessionTemplate.valid_to).is_(None),
                col(SessionTemplate.valid_to) >= first,
            ),
        )
        .order_by(col(SessionTemplate.id))
    )
    return Opening(
        site=site,
        zone=ZoneInfo(site.zone),
        policy=policy,
        terminals=terminals,
        patterns=tuple(
            _pattern(template, terminals, policy.turnover)
            for template in templates.all()
        ),
    )


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
    )
