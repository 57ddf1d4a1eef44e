"""Whole attendances in words: who attends which session or village day, from where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import visits
from visitation.people import Account, Scope
from visitation.places import Site
from visitation.places.tables import MobileDay
from visitation.timespan import Timespan
from visitation.visits import Cover
from visitation.words import Attendance
from web import present
from web.labels import label


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A cover as a line of a list; `attended_from` is its attendance in words."""

    reference: str
    official: str
    place: str
    span: Timespan
    when: str
    hours: str
    attendance: Attendance
    attended_from: str
    is_village: bool


async def rows(session: AsyncSession, covers: Iterable[Cover]) -> list[Row]:
    """Covers in words, in the order they are given."""
    covers = list(covers)
    days = await session.exec(
        select(MobileDay).where(
            col(MobileDay.id).in_(_ids(c.mobile_day_id for c in covers))
        )
    )
    offices = {day.id: day.site_id for day in days.all()}
    wanted = _ids(one.prison_id for one in covers) | set(offices.values())
    found = await session.exec(select(Site).where(col(Site.id).in_(wanted)))
    sites = {site.id: site for site in found.all()}
    accounts = await session.exec(
        select(Account).where(col(Account.id).in_({one.official_id for one in covers}))
    )
    names = {account.id: account.name for account in accounts.all()}
    return [
        _row(
            one,
            names[one.official_id],
            sites[offices.get(one.mobile_day_id or 0) or one.prison_id or 0],
        )
        for one in covers
    ]


async def between(
    session: AsyncSession,
    span: Timespan,
    *,
    scope: Scope | None = None,
    official_id: int | None = None,
    prison_id: int | None = None,
    mobile_day_id: int | None = None,
) -> list[Row]:
    """The covers in force that touch a span, as `visits.covers_between` finds them."""
    found: Sequence[Cover] = await visits.covers_between(
        session,
        span,
        scope=scope,
        official_id=official_id,
        prison_id=prison_id,
        mobile_day_id=mobile_day_id,
    )
    return await rows(session, found)


def _row(cover: Cover, official: str, site: Site) -> Row:
    span, zone = Timespan(cover.starts_at, cover.ends_at), ZoneInfo(site.zone)
    return Row(
        reference=cover.reference,
        official=official,
        place=site.name,
        span=span,
        when=present.span(span, zone),
        hours=present.hours(span, zone),
        attendance=cover.attendance,
        attended_from=label(cover.attendance),
        is_village=cover.mobile_day_id is not None,
    )


def _ids(keys: Iterable[int | None]) -> set[int]:
    return {key for key in keys if key is not None}
