"""Holidays: days on which prisons keep no weekly hours, everywhere or in a province.

Seeded from the official calendar of Iran, then edited by people, whose word stands:
what they added, renamed or struck out is never undone by the calendar. What a province
says of a day counts more there than what is said for the nation. Knows nothing of
what is booked: visits of a day that becomes a holiday stay booked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import ColumnElement
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.database import is_conflict
from visitation.errors import Invalid
from visitation.places.tables import DEFAULT_ZONE, Holiday

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """How many holidays the calendar added, renamed and took back."""

    added: int
    renamed: int
    withdrawn: int


async def seed(
    session: AsyncSession, *, years: Iterable[int], by: Actor, now: datetime
) -> Seeded:
    """Take over the official holidays of some Gregorian years, again and again.

    Asked twice at the same moment, each day is added once. Days to come that an older
    calendar named and this one does not are taken back, such as lunar holidays that
    fall on another day than was thought.
    """
    years = sorted(set(years))
    official = _official(years)
    known = {
        holiday.day: holiday
        for holiday in (
            await session.exec(
                select(Holiday).where(col(Holiday.province_id).is_(None))
            )
        ).all()
        if holiday.day.year in years
    }
    missing = {day: name for day, name in official.items() if day not in known}
    added = await _added(session, missing)
    renamed = withdrawn = 0
    for day, holiday in known.items():
        if holiday.by_hand:
            continue
        if day not in official:
            if day > today(now):
                withdrawn += await _withdrawn(session, holiday)
        elif holiday.name != official[day]:
            holiday.name = official[day]
            renamed += 1
    await session.flush()
    seeded = Seeded(added=added, renamed=renamed, withdrawn=withdrawn)
    audit.note(
        session,
        by,
        "seed_holidays",
        "holidays",
        now=now,
        years=years,
        added=seeded.added,
        renamed=renamed,
        withdrawn=withdrawn,
    )
    return seeded


async def add(
    session: AsyncSession,
    *,
    day: date,
    name: str,
    by: Actor,
    now: datetime,
    province_id: int | None = None,
    observed: bool = True,
) -> Holiday:
    """Make a day a holiday, of one province or of all.

    Not observed, it is a day on which a province works although others do not.

    Raises:
        Invalid: if the day is over or known there already, or has no name.
    """
    if day < today(now):
        raise Invalid("day", "day_over")
    holiday = Holiday(
        day=day,
        name=_name(name),
        province_id=province_id,
        observed=observed,
        by_hand=True,
    )
    try:
        async with session.begin_nested():
            session.add(holiday)
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        raise Invalid("day", "holiday_known") from None
    _note(session, by, "add_holiday", holiday, now=now)
    return holiday


async def rename(
    session: AsyncSession, holiday: Holiday, *, name: str, by: Actor, now: datetime
) -> None:
    """Give a holiday another name.

    Raises:
        Invalid: if there is none.
    """
    holiday.name, holiday.by_hand = _name(name), True
    session.add(holiday)
    _note(session, by, "rename_holiday", holiday, now=now)


async def strike_out(
    session: AsyncSession, holiday: Holiday, *, by: Actor, now: datetime
) -> None:
    """Let prisons be open on the day as on any other."""
    await _observe(session, holiday, observed=False, by=by, now=now)


async def restore(
    session: AsyncSession, holiday: Holiday, *, by: Actor, now: datetime
) -> None:
    """Make a day that was struck out a holiday again."""
    await _observe(session, holiday, observed=True, by=by, now=now)


async def days_off(
    session: AsyncSession, *, province_id: int, first: date, last: date
) -> frozenset[date]:
    """The days of a span on which a province keeps holiday; both ends included."""
    rows = await session.exec(
        select(Holiday).where(
            col(Holiday.day) >= first,
            col(Holiday.day) <= last,
            _there([province_id]),
        )
    )
    found = rows.all()
    nation = {one.day: one.observed for one in found if one.province_id is None}
    own = {one.day: one.observed for one in found if one.province_id is not None}
    return frozenset(day for day, observed in (nation | own).items() if observed)


async def between(
    session: AsyncSession, *, first: date, last: date, provinces: Iterable[int] | None
) -> Sequence[Holiday]:
    """Every holiday of a span, struck out or not, of the nation and some provinces.

    `None` for every province.
    """
    query = select(Holiday).where(col(Holiday.day) >= first, col(Holiday.day) <= last)
    if provinces is not None:
        query = query.where(_there(provinces))
    rows = await session.exec(query.order_by(col(Holiday.day), col(Holiday.id)))
    return rows.all()


def today(now: datetime) -> date:
    """The day it is where holidays are kept."""
    return now.astimezone(ZoneInfo(DEFAULT_ZONE)).date()


def _official(years: Iterable[int]) -> dict[date, str]:
    calendar = holidays.country_holidays("IR", years=years, language="fa_IR")
    return {
        day: name.replace("; ", "، ")[:_LONGEST_NAME]
        for day, name in sorted(calendar.items())
    }


async def _added(session: AsyncSession, missing: dict[date, str]) -> int:
    if not missing:
        return 0
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    rows = await session.exec(
        dialect.insert(Holiday)
        .values([{"day": day, "name": missing[day]} for day in missing])
        .on_conflict_do_nothing()
        .returning(col(Holiday.id))
    )
    return len(rows.all())


async def _withdrawn(session: AsyncSession, holiday: Holiday) -> int:
    gone = await session.exec(
        delete(Holiday).where(
            col(Holiday.id) == holiday.id, col(Holiday.by_hand).is_(False)
        )
    )
    return gone.rowcount


def _there(provinces: Iterable[int]) -> ColumnElement[bool]:
    return or_(
        col(Holiday.province_id).is_(None), col(Holiday.province_id).in_(provinces)
    )


def _name(name: str) -> str:
    if not name.strip():
        raise Invalid("name", "missing")
    return name.strip()[:_LONGEST_NAME]


async def _observe(
    session: AsyncSession,
    holiday: Holiday,
    *,
    observed: bool,
    by: Actor,
    now: datetime,
) -> None:
    if holiday.observed is observed:
        return
    holiday.observed, holiday.by_hand = observed, True
    session.add(holiday)
    action = "restore_holiday" if observed else "strike_out_holiday"
    _note(session, by, action, holiday, now=now)


def _note(
    session: AsyncSession, by: Actor, action: str, holiday: Holiday, *, now: datetime
) -> None:
    audit.note(
        session,
        by,
        action,
        f"holiday:{holiday.id}",
        now=now,
        day=holiday.day.isoformat(),
        province=holiday.province_id,
        observed=holiday.observed,
    )
