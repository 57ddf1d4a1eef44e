"""What an official has to attend, and the ways in."""

from datetime import timedelta

import pytest

from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.day import Booked, booked
from tests.web.reading import text
from visitation.lifecycle import VisitState
from visitation.people import Account
from visitation.visits import Visit, participants
from visitation.words import Attendance, Part, Role, VisitKind


async def _attended(
    site: Site, world: World, official: Account, **options: object
) -> Booked:
    options = {"starts_at": site.clock() + timedelta(minutes=10)} | options
    async with site.database.write() as session:
        return await booked(
            session,
            world,
            site.keyring,
            official=official,
            **options,  # type: ignore[arg-type]
        )


async def test_a_visit_can_be_joined_while_its_door_is_open(
    site: Site, world: World
) -> None:
    me = await site.sign_in(Role.OFFICIAL, sites=[world.prison.id])
    today = await _attended(site, world, me)

    page = await (await site.get("/official")).text()

    assert world.prisoner.name in page
    assert f'href="/call/{today.visit.reference}"' in page


async def test_before_that_its_time_is_told(site: Site, world: World) -> None:
    me = await site.sign_in(Role.OFFICIAL, sites=[world.prison.id])
    later = await _attended(
        site, world, me, starts_at=site.clock() + timedelta(hours=2)
    )

    page = await (await site.get("/official")).text()

    assert "از ساعت ۱۳:۳۰ می‌توانید بپیوندید" in page
    assert f'href="/call/{later.visit.reference}"' not in page


async def test_who_sits_beside_the_family_opens_the_page_without_sound(
    site: Site, world: World
) -> None:
    me = await site.sign_in(Role.OFFICIAL, sites=[world.prison.id])
    today = await _attended(site, world, me, attendance=Attendance.VILLAGE)

    page = await (await site.get("/official")).text()

    assert f'href="/call/{today.visit.reference}?part=companion"' in page
    assert f'href="/call/{today.visit.reference}"' not in page
    assert "در کنار خانواده" in page


async def test_the_coming_days_are_listed_day_by_day(site: Site, world: World) -> None:
    me = await site.sign_in(Role.OFFICIAL, sites=[world.prison.id])
    await _attended(site, world, me)
    await _attended(site, world, me, starts_at=site.clock() + timedelta(days=1))
    far = await _attended(site, world, me, starts_at=site.clock() + timedelta(days=20))

    part = await text(site, "/official")

    assert part.index("دوشنبه ۲ آذر") < part.index("سه‌شنبه ۳ آذر")
    assert far.visit.reference not in part


async def test_with_nothing_to_attend_the_page_says_so(site: Site) -> None:
    await site.sign_in(Role.OFFICIAL)

    page = await (await site.get("/official")).text()

    assert "تا ۱۴ روز آینده ملاقاتی ندارید" in page


async def test_the_visits_of_others_are_not_listed(site: Site, world: World) -> None:
    today = await _attended(site, world, world.official)
    await site.sign_in(Role.OFFICIAL, sites=[world.prison.id])

    assert today.visit.reference not in await (await site.get("/official")).text()


async def test_a_meeting_of_today_can_be_attended_in_anothers_place(
    site: Site, world: World
) -> None:
    today = await _attended(site, world, world.official, kind=VisitKind.OFFICIAL)
    me = await site.sign_in(Role.OFFICIAL, sites=[world.prison.id])

    page = await (await site.get("/official")).text()
    response = await site.post(f"/official/{today.visit.reference}/attend")

    assert world.official.name in page
    assert response.headers["Location"] == f"/call/{today.visit.reference}"
    async with site.database.read() as session:
        people = await participants(session, today.visit.id)
    assert [one.account_id for one in people if one.part is Part.OFFICIAL] == [
        world.official.id,
        me.id,
    ]
    mine = await (await site.get("/official")).text()
    assert f'href="/call/{today.visit.reference}"' in mine


async def test_who_stands_in_cannot_take_the_others_meeting_away(
    site: Site, world: World
) -> None:
    today = await _attended(site, world, world.official, kind=VisitKind.OFFICIAL)
    await site.sign_in(Role.OFFICIAL, sites=[world.prison.id])
    await site.post(f"/official/{today.visit.reference}/attend")

    path = f"/visits/{today.visit.reference}/attendance"
    assert f'href="{path}"' not in await (await site.get("/official")).text()
    assert (await site.get(path)).status == 404
    assert (await site.post(f"{path}/leave", {"reason": "x"})).status == 404
    assert (await site.post(f"{path}/place", {"attendance": "phone"})).status == 404
    async with site.database.read() as session:
        kept = await session.get_one(Visit, today.visit.id)
    assert kept.official_id == world.official.id


async def test_standing_in_before_the_door_opens_is_refused(
    site: Site, world: World
) -> None:
    later = await _attended(
        site,
        world,
        world.official,
        kind=VisitKind.OFFICIAL,
        starts_at=site.clock() + timedelta(hours=3),
    )
    await site.sign_in(Role.OFFICIAL, sites=[world.prison.id])

    response = await site.post(f"/official/{later.visit.reference}/attend")

    assert response.status == 409
    assert "هنوز زود است" in await response.text()


@pytest.mark.parametrize("kind", [VisitKind.FAMILY, VisitKind.LEGAL])
async def test_nobody_stands_in_at_a_visit_that_is_no_meeting(
    site: Site, world: World, kind: VisitKind
) -> None:
    today = await _attended(site, world, world.official, kind=kind)
    await site.sign_in(Role.OFFICIAL)

    response = await site.post(f"/official/{today.visit.reference}/attend")

    assert response.status == 404


async def test_a_meeting_outside_the_scope_does_not_exist(
    site: Site, world: World
) -> None:
    today = await _attended(site, world, world.official, kind=VisitKind.OFFICIAL)
    async with site.database.write() as session:
        elsewhere = await make.prison(session)
    await site.sign_in(Role.OFFICIAL, sites=[elsewhere.id])

    listed = await (await site.get("/official")).text()
    response = await site.post(f"/official/{today.visit.reference}/attend")

    assert today.visit.reference not in listed
    assert response.status == 404


async def test_what_was_cancelled_is_shown_as_such(site: Site, world: World) -> None:
    me = await site.sign_in(Role.OFFICIAL, sites=[world.prison.id])
    today = await _attended(site, world, me, state=VisitState.CANCELLED)

    page = await (await site.get("/official")).text()

    assert "لغوشده" in page
    assert f'href="/call/{today.visit.reference}"' not in page


@pytest.mark.parametrize("role", [Role.CLERK, Role.WARDEN, Role.SCHEDULER])
async def test_the_list_is_for_officials(site: Site, role: Role) -> None:
    await site.sign_in(role)

    assert (await site.get("/official")).status == 404
