"""A place that is paired a second time: the choice, and what the old device is told."""

import pytest

from tests.make import World
from tests.web.conftest import Site
from tests.web.day import become
from tests.web.reading import sent_to, text
from visitation import devices
from visitation.audit import SYSTEM
from visitation.places import Station
from web.sessions import DEVICE_COOKIE

pytestmark = pytest.mark.usefixtures("english")


async def code_for(site: Site, station: Station) -> str:
    async with site.database.write() as session:
        return await devices.issue_pairing_code(
            session,
            station_id=station.id,
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )


@pytest.fixture
async def old(site: Site, world: World) -> dict[str, str]:
    """The cookies of the device that has the terminal's place."""
    await become(site, world.terminal)
    cookies = dict(site.cookies)
    del site.cookies[DEVICE_COOKIE]
    return cookies


async def test_whoever_pairs_a_second_device_chooses_which_one_stays(
    site: Site, world: World, old: dict[str, str]
) -> None:
    code = await code_for(site, world.terminal)
    page = await text(site, "/pair", {"code": code}, status=409)
    assert "This place has a device already" in page
    assert world.terminal.name in page
    assert "That device is switched on." in page
    # Nothing is done, and the code is still good: it was kept.
    new, site.cookies = site.cookies, old
    assert world.terminal.name in await text(site, "/station")
    site.cookies = new
    assert await sent_to(site, "/pair", {"code": code, "replace": "on"}) == "/station"
    assert DEVICE_COOKIE in site.cookies


async def test_the_old_device_says_what_happened_and_what_to_do(
    site: Site, world: World, old: dict[str, str]
) -> None:
    code = await code_for(site, world.terminal)
    await sent_to(site, "/pair", {"code": code, "replace": "on"})
    new, site.cookies = site.cookies, old
    assert 'data-href="/station"' in await text(site, "/station/board")
    page = await text(site, "/station")
    assert "Another device took its place" in page
    assert world.terminal.name in page
    assert "tell staff: your visit is not lost" in page
    site.cookies = new
    async with site.database.write() as session:
        await devices.unpair(
            session, station_id=world.terminal.id, by=SYSTEM, now=site.clock()
        )
    assert "Staff took it off" in await text(site, "/station")


async def test_nobody_is_asked_where_no_other_device_has_the_place(
    site: Site, world: World
) -> None:
    await become(site, world.terminal)
    code = await code_for(site, world.terminal)
    assert await sent_to(site, "/pair", {"code": code}) == "/station"
    await text(site, "/pair", {"code": code}, status=422)
