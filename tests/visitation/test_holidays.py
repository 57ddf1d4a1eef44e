"""Holidays: taken from the calendar, edited by people whose word stands."""

import asyncio
from datetime import date

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from visitation import audit
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.errors import Invalid
from visitation.places import Holiday, holidays
from visitation.places.holidays import Seeded

BY = audit.SYSTEM
NOWRUZ = date(2027, 3, 21)
NATURE = date(2027, 4, 2)
QUIET = date(2027, 4, 20)


async def known(database: Database) -> dict[date, tuple[str, bool]]:
    async with database.read() as session:
        found = (await session.exec(select(Holiday))).all()
    return {one.day: (one.name, one.observed) for one in found}


async def test_the_official_calendar_is_taken_over_once(database: Database) -> None:
    async with database.write() as session:
        first = await holidays.seed(session, years=[2027], by=BY, now=NOON)
        again = await holidays.seed(session, years=[2027, 2027], by=BY, now=NOON)
    found = await known(database)
    assert found[NOWRUZ] == ("جشن نوروز", True)
    assert found[NATURE] == ("روز طبیعت", True)
    assert QUIET not in found
    assert {day.year for day in found} == {2027}
    assert first == Seeded(added=len(found), renamed=0, withdrawn=0)
    assert again == Seeded(added=0, renamed=0, withdrawn=0)


async def test_the_calendar_taken_over_twice_at_once_is_there_once(
    database: Database,
) -> None:
    async def taken_over() -> int:
        async with database.write() as session:
            seeded = await holidays.seed(session, years=[2027], by=BY, now=NOON)
            # Whoever comes second began before this is written for good.
            await asyncio.sleep(0.05)
            return seeded.added

    added = await asyncio.gather(*(taken_over() for _ in range(3)))
    found = await known(database)
    assert sum(added) == len(found)
    assert found[NOWRUZ] == ("جشن نوروز", True)


async def test_the_calendar_never_undoes_what_people_did(database: Database) -> None:
    async with database.write() as session:
        await holidays.seed(session, years=[2027], by=BY, now=NOON)
        found = (await session.exec(select(Holiday))).all()
        by_day = {one.day: one for one in found}
        await holidays.strike_out(session, by_day[NATURE], by=BY, now=NOON)
        await holidays.rename(
            session, by_day[NOWRUZ], name=" نوروز ۱۴۰۶ ", by=BY, now=NOON
        )
        await holidays.add(session, day=QUIET, name="برف", by=BY, now=NOON)
    async with database.write() as session:
        again = await holidays.seed(session, years=[2027], by=BY, now=NOON)
    assert again == Seeded(added=0, renamed=0, withdrawn=0)
    kept = await known(database)
    assert [kept[day] for day in (NATURE, NOWRUZ, QUIET)] == [
        ("روز طبیعت", False),
        ("نوروز ۱۴۰۶", True),
        ("برف", True),
    ]


async def test_a_newer_calendar_moves_what_an_older_one_guessed(
    database: Database,
) -> None:
    over = date(2026, 4, 20)
    async with database.write() as session:
        session.add(Holiday(day=QUIET, name="عید (تخمینی)"))
        session.add(Holiday(day=over, name="عید (تخمینی)"))
        session.add(Holiday(day=NATURE, name="روز طبیعت (تخمینی)"))
        await session.flush()
        seeded = await holidays.seed(session, years=[2026, 2027], by=BY, now=NOON)
    assert (seeded.renamed, seeded.withdrawn) == (1, 1)
    found = await known(database)
    assert QUIET not in found
    assert over in found
    assert found[NATURE] == ("روز طبیعت", True)


async def test_a_struck_out_holiday_comes_back(database: Database) -> None:
    async with database.write() as session:
        holiday = await holidays.add(session, day=QUIET, name="برف", by=BY, now=NOON)
        for act in (holidays.strike_out, holidays.strike_out, holidays.restore):
            await act(session, holiday, by=BY, now=NOON)
    assert await known(database) == {QUIET: ("برف", True)}
    async with database.read() as session:
        entries = (await session.exec(select(AuditEntry))).all()
    assert [entry.action for entry in entries] == [
        "add_holiday",
        "strike_out_holiday",
        "restore_holiday",
    ]
    assert "برف" not in str([entry.facts for entry in entries])


async def test_a_province_has_the_last_word_on_its_own_days(database: Database) -> None:
    async with database.write() as session:
        north, south = await make.province(session), await make.province(session)
        on = {"name": "-", "by": BY, "now": NOON}
        await holidays.add(session, day=QUIET, **on)
        await holidays.add(session, day=NATURE, province_id=south.id, **on)
        await holidays.add(
            session, day=QUIET, province_id=south.id, observed=False, **on
        )
        span = {"first": NOWRUZ, "last": QUIET}
        assert await holidays.days_off(session, province_id=north.id, **span) == {QUIET}
        assert await holidays.days_off(session, province_id=south.id, **span) == {
            NATURE
        }
        before = {"first": NOWRUZ, "last": date(2027, 4, 19)}
        assert await holidays.days_off(session, province_id=north.id, **before) == set()
        seen = await holidays.between(session, provinces=[north.id], **span)
        assert [(one.day, one.province_id) for one in seen] == [(QUIET, None)]
        every = await holidays.between(session, provinces=None, **span)
        assert [one.day for one in every] == [NATURE, QUIET, QUIET]


@pytest.mark.parametrize(
    ("day", "name", "field", "reason"),
    [
        (date(2026, 11, 22), "برف", "day", "day_over"),
        (date(2027, 3, 3), "برف", "day", "holiday_known"),
        (QUIET, "  ", "name", "missing"),
    ],
)
async def test_a_holiday_that_makes_no_sense_is_refused(
    database: Database, day: date, name: str, field: str, reason: str
) -> None:
    async with database.write() as session:
        kept = {"day": date(2027, 3, 3), "name": "سیل", "by": BY, "now": NOON}
        await holidays.add(session, **kept)
        with pytest.raises(Invalid) as refused:
            await holidays.add(session, day=day, name=name, by=BY, now=NOON)
        province = await make.province(session)
        await holidays.add(session, province_id=province.id, **kept)
    assert (refused.value.field, refused.value.reason) == (field, reason)
