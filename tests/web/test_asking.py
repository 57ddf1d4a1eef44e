"""A clerk asks for a family: whom, who comes, up to three times; booked or decided."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from scheduler.ranked import wishes
from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import LENGTH, TEN, book, english, made, text
from visitation import audit
from visitation.lifecycle import VisitState
from visitation.messages import Message
from visitation.places import Province, SitePolicy, mobile
from visitation.places import Site as Place
from visitation.places.itinerary import Stop
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import Approval, Role, SiteKind

#: Two days after the world's ten o'clock, far enough for a family.
LATER = TEN + timedelta(days=2)
HALF = timedelta(minutes=30)


@pytest.fixture
async def world(site: Site) -> World:
    """The world, whose point stays where it is and whose prison looks at wishes."""
    world = await made(site)
    async with site.database.write() as session:
        point = await session.get_one(Place, world.point.id)
        point.kind = SiteKind.OFFICE
        session.add(point)
        await make.policy(session, world.prison, approval=Approval.REQUIRED)
    return world


@pytest.fixture
async def clerk(site: Site, world: World) -> Site:
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    await english(site)
    return site


async def book_at_once(site: Site, world: World) -> None:
    async with site.database.write() as session:
        policy = await session.get_one(SitePolicy, world.prison.id)
        policy.approval = Approval.NONE
        session.add(policy)


def party(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "prison": str(world.prison.id),
        "number": world.prisoner.number,
        "visitors": [str(world.visitor.id)],
        "place": str(world.point.id),
        "seen": "on",
    } | changes


def named(world: World, start: Any, *, kiosk: int | None = 0) -> str:
    quanta = Timespan(start, start + LENGTH).quanta()
    seat = world.kiosk.id if kiosk == 0 else kiosk
    return f"{world.terminal.id}-{quanta.start}-{quanta.stop}-{seat}"


def hidden(page: str) -> dict[str, list[str]]:
    """Everything that goes along unseen on a page."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)"', page
    ):
        found.setdefault(name, []).append(value)
    return found


async def asked(site: Site, world: World, *names: str) -> str:
    """The page before asking, with these times chosen one after the other."""
    page = ""
    for place, name in enumerate(names):
        typed = party(world, wishes=list(names[:place]), wish=name)
        page = await text(await site.post("/asking/choose", typed))
    return page


async def visits(site: Site) -> list[Visit]:
    async with site.database.read() as session:
        rows = await session.exec(
            select(Visit)
            .where(col(Visit.state) != VisitState.EXPIRED)
            .order_by(col(Visit.id))
        )
        return list(rows.all())


async def test_a_clerk_goes_from_the_number_to_a_request_with_three_times(
    clerk: Site, world: World
) -> None:
    first = await text(await clerk.get("/asking"))
    assert 'name="number"' in first
    whom = {"prison": str(world.prison.id), "number": world.prisoner.number}
    who = await text(await clerk.post("/asking/party", whom))
    assert re.search(rf'value="{world.visitor.id}" checked', who)
    days = await text(await clerk.post("/asking/days", party(world)))
    assert "Wednesday" in days
    assert "16 free times" in days
    times = await text(
        await clerk.post("/asking/times", party(world, day="2026-11-26"))
    )
    assert f'name="wish" value="{named(world, LATER)}"' in times
    again = await text(await clerk.post("/asking", party(world, day="2026-11-26")))
    assert f'name="wish" value="{named(world, LATER)}"' in again
    names = (named(world, LATER + n * HALF) for n in range(3))
    page = await asked(clerk, world, *names)
    assert "Held for you until 12:10." in page
    assert "Add another time" not in page
    assert [v.state for v in await visits(clerk)] == [VisitState.HELD]

    sent = await clerk.post("/asking", hidden(page))

    (visit,) = await visits(clerk)
    assert sent.headers["Location"] == f"/visits/{visit.reference}/requested"
    assert (visit.state, visit.starts_at) == (VisitState.REQUESTED, LATER)
    async with clerk.database.read() as session:
        ranked = [one.starts_at for one in await wishes(session, visit)]
        noted = {one.action for one in await audit.history(session, visit_id=visit.id)}
    assert ranked == [LATER + n * HALF for n in range(3)]
    assert "identity_seen" in noted
    told = await text(await clerk.get(sent.headers["Location"]))
    for words in ("It is not booked yet", "Third choice", "Next family"):
        assert words in told
    assert "Asked for" in await text(await clerk.get("/asking"))


async def test_where_nobody_looks_at_it_the_slip_comes_out_at_once(
    clerk: Site, world: World
) -> None:
    await book_at_once(clerk, world)
    page = await asked(clerk, world, named(world, LATER))
    assert "Book the visit" in page
    assert "Leave it for a decision" not in page

    answers = await asyncio.gather(
        *(clerk.post("/asking", hidden(page)) for _ in range(3))
    )

    (visit,) = await visits(clerk)
    assert visit.state is VisitState.BOOKED
    assert {a.headers["Location"] for a in answers} == {
        f"/visits/{visit.reference}/slip"
    }
    slip = await text(await clerk.get(f"/visits/{visit.reference}/slip"))
    assert "Your code" in slip
    async with clerk.database.read() as session:
        sent = (await session.exec(select(Message.phone))).all()
    assert sent == [world.visitor.phone]


async def test_the_next_choice_is_taken_where_the_first_is_gone_meanwhile(
    clerk: Site, world: World
) -> None:
    page = await asked(clerk, world, named(world, LATER), named(world, LATER + HALF))
    clerk.clock.forward(timedelta(minutes=10))
    over = await text(await clerk.post("/asking", hidden(page)))
    assert "The ten minutes were over" in over
    assert (await clerk.post("/asking", hidden(over))).status == 303
    (visit,) = await visits(clerk)
    assert (visit.state, visit.starts_at) == (VisitState.REQUESTED, LATER)


async def test_what_speaks_against_a_time_is_said_and_the_rest_is_kept(
    clerk: Site, world: World
) -> None:
    await book(clerk, world, LATER)
    answer = await clerk.post(
        "/asking/choose", party(world, wish=named(world, LATER), note="با نوزاد")
    )
    page = await text(answer)
    assert answer.status == 409
    assert "The terminal is taken then" in page
    assert "با نوزاد" in page
    assert named(world, LATER + HALF) in page
    # As a second choice it is only marked.
    second = await asked(clerk, world, named(world, LATER + HALF), named(world, LATER))
    assert "The terminal is taken then" in second
    assert "Ask for the visit" in second


async def test_a_choice_can_be_taken_out_again(clerk: Site, world: World) -> None:
    one, other = named(world, LATER), named(world, LATER + HALF)
    page = await asked(clerk, world, one, other)
    again = await text(
        await clerk.post("/asking/choose", hidden(page) | {"drop": [one]})
    )
    assert hidden(again)["wishes"] == [other]
    (held,) = await visits(clerk)
    assert (held.state, held.starts_at) == (VisitState.HELD, LATER + HALF)
    empty = await text(
        await clerk.post("/asking/choose", hidden(again) | {"drop": [other]})
    )
    assert "Which day?" in empty


async def test_a_family_asks_by_the_rules_for_families(
    clerk: Site, world: World
) -> None:
    answer = await clerk.post("/asking/choose", party(world, wish=named(world, TEN)))
    assert answer.status == 409
    assert "This is sooner than the prison can prepare a visit" in await text(answer)
    assert await visits(clerk) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"seen": ""}, "identity card"),
        ({"visitors": []}, "Choose at least one"),
        ({"since": "9999-12-31"}, "Who comes, and where to?"),
    ],
)
async def test_what_is_missing_is_said_at_its_field(
    clerk: Site, world: World, changes: dict[str, Any], sentence: str
) -> None:
    answer = await clerk.post("/asking/days", party(world, **changes))
    assert answer.status == 422
    assert sentence in await text(answer)


async def test_a_number_nobody_has_is_said(clerk: Site, world: World) -> None:
    for number in ("999999", ""):
        typed = {"prison": str(world.prison.id), "number": number}
        answer = await clerk.post("/asking/party", typed)
        assert answer.status == 422
        assert 'aria-invalid="true"' in await text(answer)


async def test_a_clerk_asks_for_those_who_come_to_the_own_points_alone(
    clerk: Site, world: World
) -> None:
    async with clerk.database.write() as session:
        elsewhere = await make.point(session, kind=SiteKind.OFFICE, name="دور")
        far = await make.kiosk(session, elsewhere)
        stranger = await make.visitor(session)
    for changes in (
        {"place": str(elsewhere.id)},
        {"place": "own"},
        {"visitors": [str(stranger.id)]},
        {"wish": named(world, LATER, kiosk=far.id)},
        {"wish": named(world, LATER, kiosk=999999)},
    ):
        typed = party(world, wish=named(world, LATER)) | changes
        answer = await clerk.post("/asking/choose", typed)
        assert answer.status == 404, changes
    other = {"prison": "999999", "number": world.prisoner.number}
    assert (await clerk.post("/asking/party", other)).status == 422
    assert await visits(clerk) == []


@pytest.mark.parametrize("wish", ["x", "1-2-3-4", "1-5963412-5963412", "9" * 50])
async def test_what_is_no_time_is_not_taken(
    clerk: Site, world: World, wish: str
) -> None:
    answer = await clerk.post("/asking/choose", party(world, wish=wish))
    assert answer.status == 422


async def test_the_family_hears_why_from_the_clerk(clerk: Site, world: World) -> None:
    page = await asked(clerk, world, named(world, LATER))
    await clerk.post("/asking", hidden(page))
    (visit,) = await visits(clerk)
    await clerk.sign_in(Role.SCHEDULER, provinces=[world.prison.province_id])
    await clerk.post(f"/visits/{visit.reference}/decline", {"reason": "سند ناقص"})
    await clerk.sign_in(Role.CLERK, username="other-clerk", sites=[world.point.id])

    assert f"/visits/{visit.reference}" in await text(await clerk.get("/asking"))
    assert "سند ناقص" in await text(await clerk.get(f"/visits/{visit.reference}"))


async def test_who_plans_may_book_at_once_or_leave_it_for_a_decision(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.SCHEDULER, provinces=[world.prison.province_id])
    await english(site)
    names = [named(world, LATER + n * HALF) for n in range(2)]
    page = await asked(site, world, *names)
    assert "Book the visit" in page
    sent = await site.post("/asking", hidden(page) | {"decide": ["on"]})
    (visit,) = await visits(site)
    assert visit.state is VisitState.REQUESTED
    assert sent.headers["Location"] == f"/visits/{visit.reference}/requested"

    # The best that is still possible is approved.
    decided = await site.post(f"/visits/{visit.reference}/approve")
    assert decided.headers["Location"] == f"/visits/{visit.reference}/booked"
    (visit,) = await visits(site)
    assert (visit.state, visit.starts_at) == (VisitState.BOOKED, LATER)
    later = await asked(site, world, named(world, LATER + timedelta(days=1)))
    booked = await site.post("/asking", hidden(later))
    assert booked.headers["Location"].endswith("/booked")


@pytest.mark.parametrize("role", [Role.WARDEN, Role.AUDITOR, Role.OFFICIAL])
async def test_nobody_else_asks(site: Site, world: World, role: Role) -> None:
    await site.sign_in(role)
    assert (await site.get("/asking")).status == 404
    assert (await site.post("/asking", party(world))).status == 404


async def test_a_village_is_asked_for_by_whoever_receives_it(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        point = await session.get_one(Place, world.point.id)
        point.kind = SiteKind.MOBILE_OFFICE
        province = await session.get_one(Province, world.prison.province_id)
        village = await make.point(
            session, province, kind=SiteKind.VILLAGE, name="زفره"
        )
        await mobile.plan_day(
            session,
            office=point,
            day=LATER.date(),
            stops=[Stop(village_id=village.id, span=Timespan(LATER, LATER + 3 * HALF))],
            reference="day",
            by=audit.SYSTEM,
            now=site.clock(),
        )
    await site.sign_in(Role.CLERK, sites=[village.id])
    await english(site)
    there = party(world, place=str(village.id))

    days = await text(await site.post("/asking/days", there))
    assert "3 free times" in days
    page = await text(
        await site.post("/asking/choose", there | {"wish": named(world, LATER)})
    )
    await site.post("/asking", hidden(page))

    (visit,) = await visits(site)
    assert (visit.state, visit.point_id) == (VisitState.REQUESTED, village.id)
    assert "Asked for" in await text(await site.get("/asking"))
    elsewhere = there | {"wish": named(world, LATER + 4 * HALF)}
    assert (await site.post("/asking/choose", elsewhere)).status == 404
