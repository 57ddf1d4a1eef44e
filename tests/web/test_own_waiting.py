"""The waiting list on a family's own phone: its place, its offers, its end."""

from datetime import timedelta

import pytest

from scheduler import offers, possible
from tests import make
from tests.web.conftest import Site
from tests.web.own import Phone, links, phone
from tests.web.reading import rows, sent_to
from visitation import waiting
from visitation.audit import SYSTEM
from visitation.lifecycle import VisitState
from visitation.visits import Visit
from visitation.waiting import Days, Offer, WaitingEntry
from visitation.words import OfferState, WaitingState


@pytest.fixture
async def mine(site: Site) -> Phone:
    return await phone(site)


async def join(mine: Phone, **changes: object) -> str:
    today = mine.site.clock().date()
    return await sent_to(
        mine.site,
        f"/mine/waiting/new/{mine.world.contact.id}",
        {
            "visitors": str(mine.world.visitor.id),
            "places": "own",
            "first_day": today.isoformat(),
            "last_day": (today + timedelta(days=30)).isoformat(),
        }
        | changes,
    )


async def offered(mine: Phone) -> Offer:
    """A slot that is offered to the first in line."""
    now = mine.site.clock()
    day = now.date() + timedelta(days=3)
    async with mine.site.database.write() as session:
        (one,) = await waiting.line(session, mine.world.prison.id, now=now)
        known = await possible.supply(
            session, mine.world.prison.id, [one], first=day, last=day, now=now
        )
        place = possible.places_for(one, known)[0]
        return await offers.offer(
            session,
            one,
            place,
            terminal_id=place.opportunity.terminals[0],
            until=now + timedelta(hours=2),
            keyring=mine.site.keyring,
            now=now,
        )


async def entry(mine: Phone) -> WaitingEntry:
    (found,) = await rows(mine.site, WaitingEntry)
    return found


async def test_a_family_stands_in_line_and_reads_its_true_place(mine: Phone) -> None:
    async with mine.site.database.write() as session:
        other = await make.prisoner(session, mine.world.prison)
        first = await make.visitor(session)
        await make.contact(session, other, first)
        today = mine.site.clock().date()
        await waiting.join(
            session,
            prisoner_id=other.id,
            visitor_ids=[first.id],
            days=Days(first=today, last=today + timedelta(days=9)),
            own_phone=True,
            keyring=mine.site.keyring,
            by=SYSTEM,
            now=mine.site.clock() - timedelta(days=3),
        )
    form = await mine.page(f"/mine/waiting/new/{mine.world.contact.id}")
    assert "When and where could you come?" in form

    assert await join(mine) == "/mine/waiting"
    page = await mine.page("/mine/waiting")

    assert "You are number 2 in line." in page
    assert links(page, "/mine/waiting/new/") == []


async def test_the_wishes_of_a_search_go_along(mine: Phone) -> None:
    page = await mine.page(
        f"/mine/waiting/new/{mine.world.contact.id}?{mine.query(str(mine.world.point.id))}"
    )

    assert f'value="{mine.world.point.id}" checked' in page
    assert 'value="own" checked' not in page


async def test_joining_twice_is_refused_and_the_wishes_are_kept(mine: Phone) -> None:
    await join(mine)
    path = f"/mine/waiting/new/{mine.world.contact.id}"

    page = await mine.page(
        path,
        typed={
            "visitors": str(mine.world.visitor.id),
            "places": str(mine.world.point.id),
            "weekdays": "friday",
            "first_day": "1405/09/05",
            "last_day": "1405/09/25",
        },
        status=409,
    )

    assert 'value="friday" checked' in page
    assert "1405/09/25" in page


async def test_a_family_leaves_the_line(mine: Phone) -> None:
    await join(mine)
    path = f"/mine/waiting/{(await entry(mine)).reference}/leave"

    for _ in range(2):
        assert await sent_to(mine.site, path) == "/mine/waiting"

    assert (await entry(mine)).state is WaitingState.WITHDRAWN
    assert "You are on no waiting list." in await mine.page("/mine/waiting")


async def test_an_offer_is_taken(mine: Phone) -> None:
    await join(mine)
    made = await offered(mine)
    page = await mine.page("/mine/waiting")
    assert "A slot is free for you" in page
    assert "in line" not in page.split("</main>")[0].replace("place in line", "")

    path = f"/mine/waiting/{(await entry(mine)).reference}/accept"
    assert await sent_to(mine.site, path) == "/mine"

    (visit,) = await rows(mine.site, Visit)
    assert (visit.id, visit.state) == (made.visit_id, VisitState.BOOKED)
    assert (await entry(mine)).state is WaitingState.PLACED
    assert await sent_to(mine.site, path) == "/mine/waiting"
    assert "This has changed meanwhile." in await mine.page("/mine/waiting")


async def test_an_offer_is_left_to_others_and_the_place_stays(mine: Phone) -> None:
    await join(mine)
    await offered(mine)

    path = f"/mine/waiting/{(await entry(mine)).reference}/decline"
    assert await sent_to(mine.site, path) == "/mine/waiting"

    (kept,) = await rows(mine.site, Offer)
    assert kept.state is OfferState.DECLINED
    assert "You are number 1 in line." in await mine.page("/mine/waiting")


async def test_an_offer_that_ran_out_is_not_taken(mine: Phone) -> None:
    await join(mine)
    await offered(mine)
    mine.site.clock.forward(timedelta(hours=2, minutes=1))
    await mine.again()

    path = f"/mine/waiting/{(await entry(mine)).reference}/accept"
    assert await sent_to(mine.site, path) == "/mine/waiting"

    (kept,) = await rows(mine.site, Offer)
    assert kept.state is OfferState.OPEN
    (visit,) = await rows(mine.site, Visit)
    assert visit.state is VisitState.HELD


async def test_anothers_place_in_line_does_not_exist(mine: Phone) -> None:
    await join(mine)
    reference = (await entry(mine)).reference
    async with mine.site.database.write() as session:
        stranger = await make.visitor(session)
    await sent_to(mine.site, "/sign-out")
    await sent_to(mine.site, "/sign-in/phone", {"phone": stranger.phone})
    await mine.with_code()

    for act in ("leave", "accept", "decline"):
        await mine.page(f"/mine/waiting/{reference}/{act}", post=True, status=404)
    assert "You are on no waiting list." in await mine.page("/mine/waiting")
