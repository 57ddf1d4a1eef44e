"""Who attends one visit: on the day pages, on the official's list, and on its page."""

from datetime import timedelta

import pytest
from sqlmodel import select

from scheduler import covers
from tests.conftest import NOON
from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import TEN, book, english, made, text
from visitation.audit import SYSTEM
from visitation.people import Account
from visitation.timespan import Timespan
from visitation.visits import Cover, Visit
from visitation.words import Attendance, Role

HALF = timedelta(minutes=30)


async def official(site: Site, world: World) -> Account:
    me = await site.sign_in(Role.OFFICIAL, provinces=[world.prison.province_id])
    await english(site)
    return me


async def staff(site: Site, world: World, role: Role) -> Account:
    me = await site.sign_in(role, provinces=[world.prison.province_id])
    await english(site)
    return me


async def again(site: Site, visit: Visit) -> Visit:
    async with site.database.read() as session:
        return await session.get_one(Visit, visit.id)


async def cover(site: Site, world: World, account: Account) -> Cover:
    async with site.database.write() as session:
        return await covers.cover(
            session,
            official_id=account.id,
            prison_id=world.prison.id,
            span=Timespan(TEN - HALF, TEN + 4 * HALF),
            attendance=Attendance.PHONE,
            keyring=site.keyring,
            by=SYSTEM,
            now=NOON,
        )


async def test_an_official_joins_a_wanted_visit_and_leaves_it_with_a_reason(
    site: Site, world: World
) -> None:
    visit = await book(site, world, official_wanted=True)
    me = await official(site, world)
    join = f"/official/{visit.reference}/join"
    assert f'action="{join}"' in await text(await site.get("/official"))

    for _click in range(2):
        answer = await site.post(join, {"attendance": "phone"})
        assert answer.headers["Location"] == "/official"
    row = await again(site, visit)
    assert (row.official_id, row.attendance) == (me.id, Attendance.PHONE)
    page = await text(await site.get("/official"))
    assert f'href="/visits/{visit.reference}/attendance"' in page
    assert join not in page

    path = f"/visits/{visit.reference}/attendance"
    await site.post(f"{path}/place", {"attendance": "village"})
    assert (await again(site, visit)).attendance is Attendance.VILLAGE
    empty = await site.post(f"{path}/leave", {"reason": " "})
    assert empty.status == 422
    assert "Fill this in." in await text(empty)
    for _click in range(2):
        answer = await site.post(f"{path}/leave", {"reason": "جلسه دادگاه"})
        assert answer.headers["Location"] == "/official"
    row = await again(site, visit)
    assert (row.official_id, row.official_wanted) == (None, True)

    await staff(site, world, Role.SCHEDULER)
    assert "جلسه دادگاه" in await text(await site.get("/attendance"))
    shown = await text(await site.get(f"/visits/{visit.reference}"))
    assert "Wanted, and still to be found" in shown


async def test_attending_twice_at_once_is_refused_with_the_reason(
    site: Site, world: World
) -> None:
    far = await made(site)
    first = await book(site, world, official_wanted=True)
    second = await book(site, far, official_wanted=True)
    await site.sign_in(
        Role.OFFICIAL, provinces=[world.prison.province_id, far.prison.province_id]
    )
    await english(site)
    await site.post(f"/official/{first.reference}/join", {"attendance": "desk"})
    refused = await site.post(
        f"/official/{second.reference}/join", {"attendance": "phone"}
    )
    assert refused.status == 409
    page = await text(refused)
    assert "The official attends something else in that time." in page
    assert '<option value="phone" selected>' in page
    assert (await again(site, second)).official_wanted


async def test_nobody_sits_beside_a_family_at_home(site: Site, world: World) -> None:
    visit = await book(site, world, official_wanted=True, kiosk_id=None)
    await official(site, world)
    refused = await site.post(
        f"/official/{visit.reference}/join", {"attendance": "village"}
    )
    assert refused.status == 409
    assert "nobody can sit beside it" in await text(refused)


async def test_the_wanted_visits_of_other_provinces_are_not_there(
    site: Site, world: World
) -> None:
    far = await made(site)
    visit = await book(site, far, official_wanted=True)
    await official(site, world)
    assert visit.reference not in await text(await site.get("/official"))
    answer = await site.post(
        f"/official/{visit.reference}/join", {"attendance": "desk"}
    )
    assert answer.status == 404
    assert (await site.get(f"/visits/{visit.reference}/attendance")).status == 404


@pytest.mark.parametrize("role", [Role.SCHEDULER, Role.WARDEN, Role.ADMINISTRATOR])
async def test_staff_ask_for_an_official_and_take_it_back(
    site: Site, world: World, role: Role
) -> None:
    visit = await book(site, world)
    await staff(site, world, role)
    path = f"/visits/{visit.reference}/attendance"
    assert f'href="{path}"' in await text(await site.get(f"/visits/{visit.reference}"))
    assert "Ask for an official" in await text(await site.get(path))
    answer = await site.post(f"{path}/want", {"wanted": "on"})
    assert answer.headers["Location"] == f"/visits/{visit.reference}"
    assert (await again(site, visit)).official_wanted
    assert "No official is needed" in await text(await site.get(path))
    await site.post(f"{path}/want", {})
    assert not (await again(site, visit)).official_wanted


async def test_what_says_neither_changes_nothing(site: Site, world: World) -> None:
    visit = await book(site, world, official_wanted=True)
    await staff(site, world, Role.SCHEDULER)
    answer = await site.post(
        f"/visits/{visit.reference}/attendance/want", {"wanted": "perhaps"}
    )
    assert answer.status == 422
    assert (await again(site, visit)).official_wanted


async def test_wardens_ask_but_take_no_official_away(site: Site, world: World) -> None:
    visit = await book(
        site, world, official_id=world.official.id, attendance=Attendance.DESK
    )
    await staff(site, world, Role.WARDEN)
    path = f"/visits/{visit.reference}/attendance"
    assert "Nothing can be changed" in await text(await site.get(path))
    assert (await site.post(f"{path}/leave", {"reason": "x"})).status == 404
    refused = await site.post(f"{path}/want", {"wanted": "on"})
    assert refused.status == 409
    assert "has an official already" in await text(refused)


async def test_officials_cannot_ask_for_officials(site: Site, world: World) -> None:
    visit = await book(site, world, official_wanted=True)
    await official(site, world)
    answer = await site.post(f"/visits/{visit.reference}/attendance/want", {})
    assert answer.status == 404


async def test_the_prisons_day_shows_who_attends_what(site: Site, world: World) -> None:
    await book(site, world, official_wanted=True, visitor_ids=[world.visitor.id])
    await staff(site, world, Role.SCHEDULER)
    path = f"/schedule?site={world.prison.id}&day=2026-11-24"
    assert "Official wanted" in await text(await site.get(path))
    await cover(site, world, world.official)
    page = await text(await site.get(path))
    assert "Official wanted" not in page
    assert f"With <bdi>{world.official.name}</bdi>" in page
    assert "Officials who attend the whole time" in page
    assert "From a phone" in page


async def test_the_wardens_day_shows_covers_and_wanted_officials(
    site: Site, world: World
) -> None:
    await book(site, world, official_wanted=True)
    await staff(site, world, Role.WARDEN)
    path = "/warden?day=2026-11-24"
    assert "Official wanted" in await text(await site.get(path))
    await cover(site, world, world.official)
    page = await text(await site.get(path))
    assert "Officials who attend the whole time" in page
    assert world.official.name in page


async def test_an_officials_list_shows_their_whole_sessions(
    site: Site, world: World
) -> None:
    me = await official(site, world)
    await cover(site, world, me)
    page = await text(await site.get("/official"))
    assert "Whole sessions to come" in page
    assert world.prison.name in page
    async with site.database.read() as session:
        assert (await session.exec(select(Cover))).one().official_id == me.id
