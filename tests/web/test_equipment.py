"""Kiosks of a point: tried from afar, what was found, out of order and back."""

import pytest
from sqlmodel import select

from tests import make
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.day import become
from visitation.places import Station
from visitation.points import equipment
from visitation.points.tables import DeviceTest
from visitation.words import Role

FOUND = {"camera": "good", "microphone": "bad", "loudspeaker": "skipped", "line": "bad"}


async def test_a_kiosk_begins_what_a_clerk_asks_for_and_tells_what_it_found(
    site: Site, start_site: Start, world: World
) -> None:
    kiosk = await start_site()
    await become(kiosk, world.kiosk)
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    assert "/station/check" not in await (await kiosk.get("/station/board")).text()

    await site.post(f"/kiosks/{world.kiosk.id}/test")
    assert "منتظر شروع در ایستگاه" in await (await site.get("/clerk/kiosks")).text()
    assert (
        'data-href="/station/check"' in await (await kiosk.get("/station/board")).text()
    )
    begun = await kiosk.get("/station/check")
    told = await kiosk.post("/station/check", FOUND)

    page = await (await site.get("/clerk/kiosks")).text()
    assert (begun.status, told.status) == (200, 204)
    assert "/station/check" not in await (await kiosk.get("/station/board")).text()
    assert page.index("دوربین") < page.index("کار می‌کند") < page.index("کار نمی‌کند")
    assert "امتحان نشده" in page
    async with site.database.read() as session:
        row = (await session.exec(select(DeviceTest))).one()
    assert (row.station_id, row.camera, row.microphone, row.loudspeaker) == (
        world.kiosk.id,
        True,
        False,
        None,
    )


async def test_nothing_is_kept_of_a_test_that_was_skipped(
    site: Site, world: World
) -> None:
    await become(site, world.kiosk)

    for typed in ({}, {"camera": "maybe"}, {"camera": "skipped"}):
        assert (await site.post("/station/check", typed)).status == 204

    async with site.database.read() as session:
        assert await equipment.latest(session, station_ids=[world.kiosk.id]) == {}


async def test_a_kiosk_is_reported_broken_with_a_reason_and_works_again(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    path = f"/kiosks/{world.kiosk.id}"

    refused = await site.post(f"{path}/out-of-order", {"reason": " "})
    assert refused.status == 422
    assert "details" in await refused.text()
    await site.post(f"{path}/out-of-order", {"reason": "دوربین سیاه است"})
    assert "دوربین سیاه است" in await (await site.get("/clerk/kiosks")).text()
    assert "دوربین سیاه است" in await (await site.get("/clerk")).text()

    await site.post(f"{path}/in-order")
    async with site.database.read() as session:
        assert (await session.get_one(Station, world.kiosk.id)).out_of_order is None


@pytest.mark.parametrize("act", ["test", "out-of-order", "in-order"])
async def test_only_kiosks_of_ones_own_points_are_touched(
    site: Site, world: World, act: str
) -> None:
    async with site.database.write() as session:
        elsewhere = await make.kiosk(session, await make.point(session, name="دیگر"))
    await site.sign_in(Role.CLERK, sites=[world.point.id, world.prison.id])

    for station in (elsewhere, world.terminal):
        sent = await site.post(f"/kiosks/{station.id}/{act}", {"reason": "خراب"})
        assert sent.status == 404


async def test_an_administrator_is_led_to_where_a_screen_is_paired(
    site: Site, world: World
) -> None:
    to_it = f'href="/stations/{world.kiosk.id}"'
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    of_clerk = await (await site.get("/clerk/kiosks")).text()
    await site.sign_in(Role.ADMINISTRATOR)
    of_administrator = await (await site.get("/clerk/kiosks")).text()

    assert to_it not in of_clerk
    assert to_it in of_administrator
