"""Two families and two kiosks: whoever stands before another seat is told their own."""

from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.day import become, booked
from visitation.lifecycle import VisitState


async def before_another_kiosk(site: Site, world: World) -> str:
    """Where a family is led that types its code at the kiosk beside its own."""
    async with site.database.write() as session:
        visit = await booked(session, world, site.keyring, starts_at=site.clock())
        other = await make.kiosk(session, world.point, name="کیوسک ۹")
    await become(site, other)
    site.cookies["lang"] = "en"
    response = await site.post("/join", {"code": visit.code})
    return response.headers["Location"]


async def test_at_its_own_kiosk_a_family_goes_on(site: Site, world: World) -> None:
    async with site.database.write() as session:
        visit = await booked(session, world, site.keyring, starts_at=site.clock())
    await become(site, world.kiosk)

    response = await site.post("/join", {"code": visit.code})

    assert response.headers["Location"] == "/check"
    assert (await site.get("/join/seat")).headers["Location"] == "/check"


async def test_at_a_free_kiosk_it_may_stay(site: Site, world: World) -> None:
    assert await before_another_kiosk(site, world) == "/join/seat"

    page = await (await site.get("/join/seat")).text()

    assert world.kiosk.name in page
    assert "Stay here" in page


async def test_a_seat_that_another_family_needs_is_kept_for_it(
    site: Site, world: World
) -> None:
    await before_another_kiosk(site, world)
    async with site.database.write() as session:
        place = await make.kiosk(session, world.point, name="کیوسک ۱۰")
        needs = await booked(
            session,
            world,
            site.keyring,
            starts_at=site.clock(),
            state=VisitState.LIVE,
            terminal=await make.terminal(session, world.prison),
        )
        needs.visit.kiosk_id = place.id
        session.add(needs.visit)
        mine = await booked(
            session,
            world,
            site.keyring,
            starts_at=site.clock(),
            terminal=await make.terminal(session, world.prison),
        )
    await become(site, place)
    await site.post("/join", {"code": mine.code})

    page = await (await site.get("/join/seat")).text()

    assert "Another family needs this seat" in page
    assert "Stay here" not in page
