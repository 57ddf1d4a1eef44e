"""Requests on pages: the queue, the decision, and what is said to whom."""

from datetime import timedelta

import pytest

from scheduler import requests
from scheduler.ranked import Place
from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import LENGTH, TEN, english, text
from visitation.audit import SYSTEM
from visitation.lifecycle import VisitState
from visitation.places import Closure
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import Role, VisitKind

#: Two days later, at ten and at half past ten.
LATER = TEN + timedelta(days=2)
HALF = timedelta(minutes=30)


@pytest.fixture
async def visit(site: Site, world: World) -> Visit:
    async with site.database.write() as session:
        return await requests.submit(
            session,
            ranked=[
                Place(
                    terminal_id=world.terminal.id,
                    kiosk_id=world.kiosk.id,
                    span=Timespan(start, start + LENGTH),
                )
                for start in (LATER, LATER + HALF)
            ],
            prison_id=world.prison.id,
            terminal_id=world.terminal.id,
            span=Timespan(LATER, LATER + LENGTH),
            kind=VisitKind.FAMILY,
            prisoner_id=world.prisoner.id,
            visitor_ids=[world.visitor.id],
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )


async def again(site: Site, visit: Visit) -> Visit:
    async with site.database.read() as session:
        return await session.get_one(Visit, visit.id)


async def test_the_queue_leads_to_a_request_with_its_wishes(
    scheduler: Site, visit: Visit
) -> None:
    queue = await text(await scheduler.get("/requests"))
    page = await text(await scheduler.get(f"/visits/{visit.reference}/request"))

    assert f"/visits/{visit.reference}/request" in queue
    assert page.count("Approve this time") == 2
    assert page.count("Nothing against it") == 2
    assert "Approve the best that is possible" in page
    assert "Second choice:" in page
    assert "It is not booked yet" in await text(
        await scheduler.get(f"/visits/{visit.reference}/requested")
    )


async def test_another_wish_is_approved_once_however_often_it_is_clicked(
    scheduler: Site, visit: Visit
) -> None:
    for _click in range(2):
        answer = await scheduler.post(
            f"/visits/{visit.reference}/approve", {"rank": "2"}
        )
        assert answer.headers["Location"] == f"/visits/{visit.reference}/booked"

    row = await again(scheduler, visit)
    assert (row.state, row.starts_at) == (VisitState.BOOKED, LATER + HALF)


async def test_declining_needs_a_reason_and_the_family_is_told(
    scheduler: Site, visit: Visit
) -> None:
    path = f"/visits/{visit.reference}/decline"
    assert (await scheduler.post(path, {"reason": " "})).status == 422
    for _click in range(2):
        typed = {"reason": "No papers", "told": "papers"}
        answer = await scheduler.post(path, typed)
        assert answer.headers["Location"] == "/requests"
        assert "The request is declined" in await text(await scheduler.get("/requests"))

    assert (await again(scheduler, visit)).state is VisitState.DECLINED
    late = await scheduler.post(f"/visits/{visit.reference}/approve", {"rank": "1"})
    assert late.status == 409
    assert "past this already" in await text(late)


async def test_prison_staff_read_requests_and_decide_nothing(
    site: Site, world: World, visit: Visit
) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    await english(site)

    page = await text(await site.get(f"/visits/{visit.reference}/request"))
    assert "Approve this time" not in page
    refused = await site.post(f"/visits/{visit.reference}/approve", {"rank": "1"})
    assert refused.status in {403, 404}
    assert (await again(site, visit)).state is VisitState.REQUESTED


async def test_a_wish_that_is_taken_by_now_says_why(
    scheduler: Site, world: World, visit: Visit
) -> None:
    async with scheduler.database.write() as session:
        station = await session.get_one(type(world.terminal), world.terminal.id)
        station.out_of_order = "broken"
        session.add(station)

    answer = await scheduler.post(f"/visits/{visit.reference}/approve", {"rank": "1"})
    assert answer.status == 409
    assert "out of order" in await text(answer)
    assert (await again(scheduler, visit)).state is VisitState.REQUESTED


async def test_without_a_rank_the_best_that_is_still_possible_is_approved(
    scheduler: Site, world: World, visit: Visit
) -> None:
    async with scheduler.database.write() as session:
        closed = Closure(
            site_id=world.prison.id,
            starts_at=LATER,
            ends_at=LATER + LENGTH,
            reason="repairs",
            created_at=scheduler.clock(),
        )
        session.add(closed)
    page = await text(await scheduler.get(f"/visits/{visit.reference}/request"))
    assert page.count("Nothing against it") == 1

    answer = await scheduler.post(f"/visits/{visit.reference}/approve")

    assert answer.headers["Location"] == f"/visits/{visit.reference}/booked"
    row = await again(scheduler, visit)
    assert (row.state, row.starts_at) == (VisitState.BOOKED, LATER + HALF)
