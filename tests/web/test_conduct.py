"""What staff may do to a visit under way, and who is nobody there."""

from datetime import timedelta

import pytest

from signaling.hub import Hub
from tests import make
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.day import booked
from visitation import calls
from visitation.audit import SYSTEM
from visitation.lifecycle import VisitState
from visitation.visits import Visit
from visitation.words import Role


@pytest.fixture
async def site(start_site: Start, hub: Hub) -> Site:
    return await start_site(live=hub)


async def kept(site: Site, visit: Visit) -> Visit:
    async with site.database.read() as session:
        return await session.get_one(Visit, visit.id)


async def test_a_warden_of_another_prison_is_nobody_at_a_visit(
    site: Site, world: World
) -> None:
    """Though the family sits in the province that the warden reaches."""
    async with site.database.write() as session:
        elsewhere = await make.province(session, name="یزد")
        point = await make.point(session, elsewhere)
        made = await booked(session, world, site.keyring, starts_at=site.clock())
        visit = await session.get_one(Visit, made.visit.id)
        visit.point_id = point.id
        visit.kiosk_id = (await make.kiosk(session, point)).id
    await site.sign_in(Role.WARDEN, provinces=[elsewhere.id])
    path = f"/visits/{visit.reference}"

    answers = [
        (await site.post(f"{path}/start")).status,
        (await site.post(f"{path}/cancel")).status,
        (await site.get(f"/call/{visit.reference}")).status,
        (await site.get(path)).status,
    ]

    assert answers == [404, 404, 404, 404]
    assert (await kept(site, visit)).state is VisitState.BOOKED


async def test_a_visit_starts_in_its_time_and_no_earlier(
    site: Site, world: World, hub: Hub
) -> None:
    async with site.database.write() as session:
        tomorrow = await booked(
            session, world, site.keyring, starts_at=site.clock() + timedelta(days=1)
        )
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    response = await site.post(f"/visits/{tomorrow.visit.reference}/start")

    assert response.status == 409
    assert (await kept(site, tomorrow.visit)).state is VisitState.BOOKED
    assert hub.live(tomorrow.visit.reference) is None


async def test_a_visit_that_ended_is_not_said_to_be_cancelled(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        made = await booked(session, world, site.keyring, starts_at=site.clock())
        visit = await session.get_one(Visit, made.visit.id)
        await calls.start(session, visit, by=SYSTEM, now=site.clock())
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    response = await site.post(
        f"/visits/{visit.reference}/end", {"outcome": "cancelled_by_family"}
    )

    assert response.status == 422
    assert (await kept(site, visit)).state is VisitState.LIVE


async def test_what_is_typed_is_one_line_of_visible_text(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        made = await booked(session, world, site.keyring, starts_at=site.clock())
        visit = await session.get_one(Visit, made.visit.id)
        await calls.start(session, visit, by=SYSTEM, now=site.clock())
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    path = f"/visits/{visit.reference}"

    # PostgreSQL would not store the first; the second writes backwards.
    answers = [
        (await site.post(f"{path}/end", {"outcome": "completed", "reason": typed}))
        for typed in ("a\0b", "a\u202eb")
    ]

    assert [answer.status for answer in answers] == [422, 422]
    assert (await kept(site, visit)).state is VisitState.LIVE
