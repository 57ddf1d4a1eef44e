"""The end of a point's day: its report, and closing it once."""

import re
from datetime import timedelta

import pytest

from tests.make import World
from tests.web.conftest import Site
from tests.web.day import booked
from visitation.lifecycle import VisitState
from visitation.words import Role

DAY = "2026-11-23"


@pytest.fixture
async def clerk(site: Site, world: World) -> Site:
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    return site


async def _close(site: Site, world: World, **typed: str) -> int:
    sent = await site.post(f"/points/{world.point.id}/close", {"day": DAY} | typed)
    return sent.status


def _figure(page: str, name: str) -> str:
    found = re.search(rf'id="figure-{name}">([^<]*)<', page)
    assert found is not None
    return found[1]


async def test_the_report_counts_the_day(clerk: Site, world: World) -> None:
    async with clerk.database.write() as session:
        one = await booked(
            session,
            world,
            clerk.keyring,
            starts_at=clerk.clock() - timedelta(hours=1),
            state=VisitState.COMPLETED,
        )
        one.visitor.arrived_at = clerk.clock() - timedelta(minutes=50)
        one.visit.started_at = clerk.clock() - timedelta(minutes=48)
        await booked(
            session,
            world,
            clerk.keyring,
            starts_at=clerk.clock() - timedelta(hours=2),
            state=VisitState.MISSED,
        )

    page = await (await clerk.get("/clerk/report")).text()

    assert {
        name: _figure(page, name)
        for name in ("visits", "arrived", "came_late", "held", "began_late", "missed")
    } == {
        "visits": "۲",
        "arrived": "۱",
        "came_late": "۱",
        "held": "۱",
        "began_late": "۱",
        "missed": "۱",
    }
    assert world.visitor.name in page


async def test_a_closed_day_stands_and_is_not_closed_again(
    clerk: Site, world: World
) -> None:
    assert await _close(clerk, world, note="برق یک ساعت نبود") == 303

    page = await (await clerk.get(f"/clerk/report?day={DAY}")).text()
    refused = await clerk.post(f"/points/{world.point.id}/close", {"day": DAY})
    given = await clerk.post(
        f"/points/{world.point.id}/tickets", {"errand": "visit", "key": "key-number"}
    )

    assert "برق یک ساعت نبود" in page
    assert 'id="close-form"' not in page
    assert refused.status == 409
    assert "روز بسته شده و گزارش آن ثبت است" in await refused.text()
    assert "روز بسته شده" in await (await clerk.get(given.headers["Location"])).text()
    assert _figure(page, "walk_ins") == "۰"


async def test_a_day_with_a_visit_to_come_stays_open(clerk: Site, world: World) -> None:
    async with clerk.database.write() as session:
        await booked(session, world, clerk.keyring, starts_at=clerk.clock())

    page = await (await clerk.get("/clerk/report")).text()

    assert "هنوز نه" in page
    assert 'id="close-form"' not in page
    assert await _close(clerk, world) == 409


@pytest.mark.parametrize(
    ("typed", "status"),
    [({"day": "2026-11-24"}, 409), ({"day": "soon"}, 422), ({"note": "و" * 1001}, 422)],
)
async def test_what_cannot_be_closed_is_refused_and_the_note_stays(
    clerk: Site, world: World, typed: dict[str, str], status: int
) -> None:
    sent = await clerk.post(
        f"/points/{world.point.id}/close", {"day": DAY, "note": "یادداشت"} | typed
    )

    assert sent.status == status
    assert (typed.get("note") or "یادداشت") in await sent.text()


async def test_the_report_has_the_services_and_what_came_after_its_end(
    clerk: Site, world: World
) -> None:
    path = f"/points/{world.point.id}/services"
    await clerk.post(path, {"kind": "sana", "people": "3", "key": "before-the-end"})
    assert await _close(clerk, world) == 303
    await clerk.post(path, {"kind": "brief", "people": "1", "key": "after-the-end"})

    await clerk.get("/clerk/report")
    page = await (await clerk.get("/clerk/report")).text()

    after = page[page.index('id="corrections"') :]
    assert (_figure(page, "services"), _figure(page, "people")) == ("۱", "۳")
    assert "لایحه" not in page[: page.index('id="corrections"')]
    assert "لایحه" in after[: after.index("</ul>")]
