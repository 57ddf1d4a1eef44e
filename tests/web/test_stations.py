from datetime import timedelta

import pytest

from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.visitation.booked import booked
from tests.web.conftest import Site as Browser
from tests.web.reading import rows, sent_to, text
from visitation import devices
from visitation.devices import Device
from visitation.places import Station

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("english")


async def test_a_pairing_code_is_shown_once_and_pairs(
    administrator: Browser, world: World
) -> None:
    path = f"/stations/{world.terminal.id}"
    assert "Not paired" in await text(administrator, path)
    page = await text(administrator, f"{path}/pairing-code", post=True)
    code = page.split('class="secret code" dir="ltr"><bdi>')[1].split("<")[0]
    assert "13:00" not in page
    assert "12:30" in page
    assert code not in await text(administrator, path)
    async with administrator.database.write() as session:
        await devices.pair(
            session,
            code.replace(" ", ""),
            keyring=administrator.keyring,
            now=administrator.clock(),
        )
    assert "since Monday 23 November 2026" in await text(administrator, path)
    assert "signed out at once" in await text(administrator, f"{path}/unpair")
    assert await sent_to(administrator, f"{path}/unpair") == path
    (device,) = await rows(administrator, Device)
    assert device.revoked_at == NOON


async def test_a_station_goes_out_of_order_and_says_what_is_booked_there(
    administrator: Browser, world: World
) -> None:
    path = f"/stations/{world.terminal.id}"
    async with administrator.database.write() as session:
        visit, _ = await booked(session, world, starts_at=NOON + HOUR)
    await text(administrator, f"{path}/out-of-order", {"reason": " "}, status=422)
    assert await sent_to(administrator, f"{path}/out-of-order", {"reason": "شکسته"})
    page = await text(administrator, path)
    assert "شکسته" in page
    assert "visits are still booked here" in page
    assert f"/visits/{visit.reference}" in page
    assert await sent_to(administrator, f"{path}/in-order")
    (found,) = await rows(administrator, Station, Station.id == world.terminal.id)
    assert found.out_of_order is None


async def test_a_station_is_renamed(administrator: Browser, world: World) -> None:
    path = f"/stations/{world.terminal.id}"
    async with administrator.database.write() as session:
        await make.terminal(session, world.prison, name="کابین ۹۹")
    assert await sent_to(administrator, path, {"name": "کابین اول"})
    taken = await text(administrator, path, {"name": "کابین ۹۹"}, status=409)
    assert "has this name" in taken
    await text(administrator, path, {"name": "x" * 61}, status=422)
    (found,) = await rows(administrator, Station, Station.id == world.terminal.id)
    assert found.name == "کابین اول"
