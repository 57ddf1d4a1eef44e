"""An official who attends something else: when and where, for who may see it."""

from scheduler import attendance
from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import TEN, book, english, text
from visitation.audit import SYSTEM
from visitation.visits import Visit
from visitation.words import Attendance, Role

CLASH = "attends something else"
SAID = "Already attended: Tuesday 24 November 2026"


async def two(site: Site, world: World) -> Visit:
    """A visit that wants an official, while the world's attends another."""
    async with site.database.write() as session:
        other = await make.prisoner(session, world.prison)
        sister = await make.visitor(session)
        await make.contact(session, other, sister)
        elsewhere = {
            "prisoner_id": other.id,
            "visitor_ids": [sister.id],
            "terminal_id": (await make.terminal(session, world.prison)).id,
            "kiosk_id": (await make.kiosk(session, world.point)).id,
        }
    attended = await book(site, world, official_wanted=True)
    async with site.database.write() as session:
        await attendance.attend(
            session,
            await session.get_one(Visit, attended.id),
            official_id=world.official.id,
            attendance=Attendance.DESK,
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )
    return await book(site, world, official_wanted=True, **elsewhere)


async def take(site: Site, world: World, visit: Visit) -> str:
    answer = await site.post(
        f"/visits/{visit.reference}/official",
        {"official": str(world.official.id), "attendance": "desk"},
    )
    assert answer.status == 409
    return await text(answer)


async def test_a_scheduler_reads_when_and_where_the_official_is(
    site: Site, world: World
) -> None:
    visit = await two(site, world)
    await site.sign_in(Role.SCHEDULER, provinces=[world.prison.province_id])
    await english(site)
    page = await take(site, world, visit)
    assert CLASH in page
    assert SAID in page


async def test_of_a_prison_that_is_not_theirs_they_read_nothing(
    site: Site, world: World
) -> None:
    await two(site, world)
    async with site.database.write() as session:
        far = await make.world(session)
    await site.sign_in(Role.SCHEDULER, sites=[far.prison.id])
    await english(site)
    async with site.database.write() as session:
        official = await session.get_one(type(world.official), world.official.id)
        official.everywhere = True
        session.add(official)
    theirs = await book(site, far, official_wanted=True)
    page = await take(site, world, theirs)
    assert CLASH in page
    assert "Already attended" not in page


async def test_a_session_in_the_way_is_named(site: Site, world: World) -> None:
    await site.sign_in(Role.SCHEDULER, provinces=[world.prison.province_id])
    await english(site)
    session = {
        "official": str(world.official.id),
        "place": f"prison:{world.prison.id}",
        "day": TEN.date().isoformat(),
        "starts": "09:30",
        "ends": "12:00",
        "attendance": "phone",
    }
    await site.post("/attendance", session)
    page = await text(await site.post("/attendance", session | {"starts": "11:00"}))
    assert CLASH in page
    assert SAID in page
    free = await site.post(
        "/attendance", session | {"starts": "12:00", "ends": "13:00"}
    )
    assert free.status == 303
