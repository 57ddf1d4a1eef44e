"""What staff may do to a visit under way, and who is nobody there."""

from datetime import timedelta

import pytest
from sqlmodel import select

from signaling.hub import Hub
from signaling.seats import Guest
from signaling.supervised import NO_PAST
from signaling.views import Welcome
from tests import make
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.day import booked
from visitation import calls
from visitation.audit import SYSTEM
from visitation.audit.tables import AuditEntry
from visitation.lifecycle import VisitState
from visitation.places import Policy
from visitation.visits import Visit
from visitation.words import Part, Role, VisitKind


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


async def test_somebody_is_taken_out_of_a_call_for_a_reason_that_is_kept(
    site: Site, world: World, hub: Hub
) -> None:
    async with site.database.write() as session:
        made = await booked(
            session, world, site.keyring, starts_at=site.clock(), kind=VisitKind.LEGAL
        )
        visit = await session.get_one(Visit, made.visit.id)
        await calls.start(session, visit, by=SYSTEM, now=site.clock())
    live = hub.open(visit, Policy(), NO_PAST)
    guest = Guest(
        id=made.visitor.reference, part=Part.VISITOR, name="The lawyer", known=True
    )
    live.room.enter(guest, Welcome(resume=""), now=site.clock())
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    path = f"/visits/{visit.reference}/take-out"
    form = {"participant": made.visitor.reference, "reason": "identity"}

    answers = [
        (await site.post(path, form | {"reason": "because"})).status,
        (await site.post(path, form | {"participant": "nobody"})).status,
        (await site.post(path, form, headers={"Accept": "application/json"})).status,
        (await site.post(path, form)).status,
    ]

    assert answers == [422, 404, 200, 404]
    assert live.room.snapshot().people == ()
    async with site.database.read() as session:
        kept_facts = await session.exec(
            select(AuditEntry.facts).where(AuditEntry.action == "call_remove")
        )
        assert kept_facts.all() == [
            {"participant": made.visitor.id, "reason": "identity"}
        ]


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


@pytest.mark.parametrize("act", ["message", "warn"])
async def test_who_says_nothing_is_asked_again_with_the_way_back(
    site: Site, world: World, act: str
) -> None:
    async with site.database.write() as session:
        made = await booked(session, world, site.keyring, starts_at=site.clock())
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    path = f"/visits/{made.visit.reference}/{act}"

    empty = await site.post(path, {"next": "/warden?x=1", "text": " "})
    long = await site.post(path, {"next": "/warden", "text": "ا" * 300})

    page = await empty.text()
    assert (empty.status, long.status) == (422, 422)
    assert f'action="{path}"' in page
    assert 'href="/warden?x=1"' in page
    assert "ا" * 300 in await long.text()
