"""Prosecutors on pages: whole sessions, visits that want one, and weekly hours."""

import re
from datetime import date, timedelta

import pytest
from sqlmodel import select

from scheduler import calendar
from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import TEN, book, english, made, slot, text
from visitation.people import Account
from visitation.people.tables import OfficialHours
from visitation.visits import Cover, Visit
from visitation.words import Attendance, Role

SESSION = {
    "day": "2026-11-24",
    "starts": "09:30",
    "ends": "12:00",
    "attendance": "phone",
}


async def again(site: Site, visit: Visit) -> Visit:
    async with site.database.read() as session:
        return await session.get_one(Visit, visit.id)


async def test_a_scheduler_plans_a_session_and_cancels_it(
    scheduler: Site, world: World
) -> None:
    visit = await book(scheduler, world, official_wanted=True)
    page = await text(await scheduler.get("/attendance"))
    assert f"/visits/{visit.reference}/official" in page

    who = {
        "official": str(world.official.id),
        "place": f"prison:{world.prison.id}",
    }
    answer = await scheduler.post("/attendance", SESSION | who)
    assert answer.headers["Location"] == "/attendance"
    row = await again(scheduler, visit)
    assert (row.official_id, row.attendance) == (world.official.id, Attendance.PHONE)
    twice = await scheduler.post("/attendance", SESSION | who)
    assert twice.status == 409
    assert "attends something else" in await text(twice)

    page = await text(await scheduler.get("/attendance"))
    path = re.search(r'action="(/attendance/[^"]+/cancel)"', page)
    assert path is not None
    await scheduler.post(path[1], {})
    row = await again(scheduler, visit)
    assert (row.official_id, row.official_wanted) == (None, True)


async def test_a_booking_wants_an_official_or_has_one_by_their_session(
    scheduler: Site, world: World
) -> None:
    booking = {
        "slot": slot(world),
        "prisoner": str(world.prisoner.id),
        "kind": "family",
        "visitors": str(world.visitor.id),
        "place": str(world.kiosk.id),
    }
    await scheduler.post("/booking", booking | {"official_wanted": "on"})
    who = {"official": str(world.official.id), "place": f"prison:{world.prison.id}"}
    await scheduler.post("/attendance", SESSION | who)
    later = {"slot": slot(world, TEN + timedelta(minutes=30))}
    await scheduler.post("/booking", booking | later | {"official": who["official"]})

    async with scheduler.database.read() as session:
        made_cover = (await session.exec(select(Cover))).one()
        rows = (await session.exec(select(Visit))).all()
    assert [row.cover_id for row in rows] == [made_cover.id] * 2


async def test_a_session_at_a_place_out_of_reach_is_not_planned(
    scheduler: Site, world: World
) -> None:
    other = await made(scheduler)
    answer = await scheduler.post(
        "/attendance",
        SESSION
        | {
            "official": str(world.official.id),
            "place": f"prison:{other.prison.id}",
        },
    )
    assert answer.status == 409
    async with scheduler.database.read() as session:
        assert (await session.exec(select(Cover))).all() == []


async def test_an_official_takes_a_visit_that_wants_one(
    site: Site, world: World
) -> None:
    visit = await book(site, world, TEN, official_wanted=True)
    account = await site.sign_in(Role.OFFICIAL, provinces=[world.prison.province_id])
    await english(site)
    assert "I attend this visit" in await text(await site.get("/attendance"))

    for _click in range(2):
        answer = await site.post(
            f"/visits/{visit.reference}/official", {"attendance": "desk"}
        )
        assert answer.headers["Location"] == "/attendance"
    row = await again(site, visit)
    assert row.official_id == account.id


async def test_an_official_keeps_their_own_hours_and_nobody_elses(
    site: Site, world: World
) -> None:
    account = await site.sign_in(Role.OFFICIAL, provinces=[world.prison.province_id])
    await english(site)
    path = f"/officials/{account.id}/hours"
    answer = await site.get("/officials/hours")
    assert answer.headers["Location"] == path

    hours = {
        "weekday": "tuesday",
        "starts": "09:00",
        "ends": "12:00",
        "attendance": "desk",
        "valid_from": "2026-11-23",
    }
    assert (await site.post(path, hours)).headers["Location"] == path
    twice = await site.post(path, hours | {"starts": "11:00", "ends": "13:00"})
    assert "End those first" in await text(twice)
    others = f"/officials/{world.official.id}/hours"
    assert (await site.get(others)).status == 404

    async with site.database.read() as session:
        row = (await session.exec(select(OfficialHours))).one()
    await site.post(f"/officials/hours/{row.id}/end", {})
    assert "No hours are set" in await text(await site.get(path))


async def test_without_hours_a_session_is_as_long_as_the_prison_is_open(
    scheduler: Site, world: World
) -> None:
    await book(scheduler, world, official_wanted=True)
    who = {"official": str(world.official.id), "place": f"prison:{world.prison.id}"}
    whole = {"day": "2026-11-24", "starts": "", "ends": "", "attendance": "desk"}
    await scheduler.post("/attendance", whole | who)
    page = await text(await scheduler.get("/attendance"))
    assert "1 visit has this official by it." in page
    async with scheduler.database.read() as session:
        cover = (await session.exec(select(Cover))).one()
        slots = await calendar.day(
            session,
            site_id=world.prison.id,
            day=date(2026, 11, 24),
            now=scheduler.clock(),
        )
    assert cover.starts_at == min(slot.span.start for slot in slots)
    assert cover.ends_at == max(slot.span.end for slot in slots)

    place = f"/attendance/{cover.reference}/place"
    assert f'action="{place}"' in page
    await scheduler.post(place, {"attendance": "phone"})
    async with scheduler.database.read() as session:
        cover = (await session.exec(select(Cover))).one()
    assert cover.attendance is Attendance.PHONE
    beside = await scheduler.post(place, {"attendance": "village"})
    assert beside.status == 409
    assert "on a village day only" in await text(beside)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"day": "", "starts": "", "ends": ""}, "Fill this in."),
        ({"day": "2026-11-22"}, "This time is already over."),
        ({"ends": "09:00"}, "must end after it starts"),
        ({"attendance": "village"}, "on a village day only"),
    ],
)
async def test_a_session_that_makes_no_sense_is_refused_with_what_was_typed(
    scheduler: Site, world: World, changes: dict[str, str], words: str
) -> None:
    who = {"official": str(world.official.id), "place": f"prison:{world.prison.id}"}
    answer = await scheduler.post("/attendance", SESSION | who | changes)
    assert answer.status == 409
    page = await text(answer)
    assert words in page
    assert f'<option value="prison:{world.prison.id}" selected>' in page


async def test_where_no_official_works_the_page_says_so(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.SCHEDULER, provinces=[world.prison.province_id])
    async with site.database.write() as session:
        official = await session.get_one(Account, world.official.id)
        official.disabled_at = site.clock()
    await english(site)
    assert "No official works in your places yet." in await text(
        await site.get("/attendance")
    )
