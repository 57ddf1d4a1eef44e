"""A family books by itself on its own phone, and every way in which that may fail."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from scheduler import booking
from tests import make
from tests.web.conftest import Site
from tests.web.own import Phone, links, phone, wishes
from tests.web.reading import rows, sent_to
from visitation.audit import SYSTEM
from visitation.audit.tables import AuditEntry
from visitation.lifecycle import VisitState
from visitation.messages import Message
from visitation.places import SitePolicy
from visitation.visits import Booker, Visit
from visitation.wording import Template
from visitation.words import Approval

LATER = timedelta(minutes=11)


@pytest.fixture
async def mine(site: Site) -> Phone:
    return await phone(site)


async def test_a_mother_books_a_visit_on_her_phone(mine: Phone) -> None:
    path = await mine.site.get("/mine/book")
    assert path.headers["Location"] == mine.book
    assert "Step 1 of 4" in await mine.page(mine.book)
    page = await mine.page(f"{mine.book}/days?{mine.query()}")
    assert re.search(r"\d+ times", page)
    held = await mine.hold()

    check = await mine.page(held)
    assert "Held for you until" in check
    assert mine.world.prisoner.name in check
    assert check.count("Change<span") == 5
    done = await sent_to(mine.site, held)
    page = await mine.page(done)

    assert "Your visit is booked" in page
    visit = await mine.visit()
    assert (visit.state, visit.kiosk_id, visit.booked_by_id) == (
        VisitState.BOOKED,
        None,
        None,
    )
    (told,) = await rows(mine.site, Message, Message.visit_id == visit.id)
    assert (told.template, told.phone) == (Template.BOOKED, mine.world.visitor.phone)
    (booker,) = await _all(mine.site, Booker)
    assert booker.visitor_id == mine.world.visitor.id
    acts = await rows(mine.site, AuditEntry, AuditEntry.visit_id == visit.id)
    assert {one.actor for one in acts} == {f"visitor:{mine.world.visitor.id}"}


async def test_a_place_at_a_point_has_a_kiosk(mine: Phone) -> None:
    place = str(mine.world.point.id)
    await mine.booked(place)

    visit = await mine.visit()
    assert (visit.kiosk_id, visit.point_id) == (
        mine.world.kiosk.id,
        mine.world.point.id,
    )


async def test_the_place_of_the_last_time_is_chosen_already(mine: Phone) -> None:
    place = str(mine.world.point.id)
    assert 'value="own" checked' in await mine.page(mine.book)
    await mine.booked(place)

    assert f'value="{place}" checked' in await mine.page(mine.book)


async def test_where_a_prison_looks_first_it_is_asked_for_and_says_so(
    site: Site,
) -> None:
    mine = await phone(site, approval=Approval.REQUIRED)
    held = await mine.hold()
    assert "This prison looks at each visit first." in await mine.page(held)

    page = await mine.page(await sent_to(site, held))

    assert "Your visit is not booked yet" in page
    assert "It needs to be checked." in page
    visit = await mine.visit()
    assert visit.state is VisitState.REQUESTED
    told = await rows(site, Message, Message.visit_id == visit.id)
    assert [one.template for one in told] == [Template.REQUESTED]


async def test_a_double_click_books_once(mine: Phone) -> None:
    held = await mine.hold()

    answers = await asyncio.gather(*(mine.site.post(held) for _ in range(4)))

    assert {one.status for one in answers} == {303}
    assert {one.headers["Location"] for one in answers} == {f"{held}/done"}
    assert (await mine.visit()).state is VisitState.BOOKED
    assert len(await _all(mine.site, Message)) == 2  # the code to sign in, and this


async def test_the_page_before_shows_the_visit_once_it_is_booked(mine: Phone) -> None:
    held = await mine.hold()
    await sent_to(mine.site, held)

    back = await mine.site.get(held)

    assert (back.status, back.headers["Location"]) == (303, f"{held}/done")


async def test_a_hold_that_ran_out_books_nothing_and_says_what_to_do(
    mine: Phone,
) -> None:
    held = await mine.hold()
    mine.site.clock.forward(LATER)

    said = await mine.page(held, post=True, status=409)
    again = await mine.page(held, status=410)

    for page in (said, again):
        assert "This time is not reserved for you any more" in page
        assert links(page, "/times?")
    assert (await mine.visit()).state is VisitState.HELD


async def test_two_windows_keep_one_slot_and_the_first_shows_where_it_went(
    mine: Phone,
) -> None:
    first = await mine.hold()
    times = await mine.times()
    typed = mine.party() | {"wish": times[3]}
    second = await sent_to(mine.site, f"{mine.book}/times", typed)

    page = await mine.page(first, status=410)

    assert second != first
    assert "perhaps in another window" in page
    assert links(page, "/mine/held/") == [second]
    held = await rows(mine.site, Visit, Visit.state == VisitState.HELD)
    assert len(held) == 1


async def test_what_one_holds_oneself_is_still_shown_as_free(mine: Phone) -> None:
    before = await mine.times()
    held = await mine.hold()

    assert await mine.times() == before
    typed = mine.party() | {"wish": before[0]}
    assert await sent_to(mine.site, f"{mine.book}/times", typed) == held


async def test_a_slot_that_went_is_said_and_the_others_are_offered(
    mine: Phone,
) -> None:
    times = await mine.times()
    await _taken(mine, times[0])

    typed = mine.party() | {"wish": times[0]}
    page = await mine.page(f"{mine.book}/times", typed=typed, status=409)

    assert "This time is not available any more." in page
    assert wishes(page) == times[1:]


async def test_nobody_reaches_anothers_prisoner_or_hold(mine: Phone) -> None:
    held = await mine.hold()
    async with mine.site.database.write() as session:
        stranger = await make.visitor(session, name="پروانه")
        other = await make.contact(session, mine.world.prisoner, stranger)
    await mine.page(f"/mine/book/{other.id}", status=404)
    await mine.page("/mine/book/9999999999999", status=404)

    await sent_to(mine.site, "/sign-out")
    await sent_to(mine.site, "/sign-in/phone", {"phone": stranger.phone})
    await mine.with_code()

    await mine.page(held, status=404)
    await mine.page(held, post=True, status=404)


async def test_others_of_the_prisoner_are_named_only_if_they_came_along(
    mine: Phone,
) -> None:
    async with mine.site.database.write() as session:
        aunt = await make.visitor(session, name="خاله مهری")
        friend = await make.visitor(session, name="دوست ناشناس")
        for one in (aunt, friend):
            await make.contact(session, mine.world.prisoner, one)
        start = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
        await booking.book(
            session,
            prison_id=mine.world.prison.id,
            terminal_id=mine.world.terminal.id,
            span=booking.Timespan(start, start + timedelta(minutes=25)),
            kind="family",
            prisoner_id=mine.world.prisoner.id,
            visitor_ids=[mine.world.visitor.id, aunt.id],
            keyring=mine.site.keyring,
            by=SYSTEM,
            now=mine.site.clock(),
        )

    page = await mine.page(mine.book)

    assert "خاله مهری" in page
    assert "دوست ناشناس" not in page


async def test_nobody_chosen_is_said_beside_the_question(mine: Phone) -> None:
    page = await mine.page(f"{mine.book}/days?place=own", status=422)

    assert "Choose at least one." in page
    assert 'value="own" checked' in page


async def test_the_policy_is_read_when_it_is_taken(mine: Phone) -> None:
    held = await mine.hold()
    async with mine.site.database.write() as session:
        session.add(
            SitePolicy(site_id=mine.world.prison.id, approval=Approval.REQUIRED)
        )

    page = await mine.page(await sent_to(mine.site, held))

    assert "Your visit is not booked yet" in page


async def _taken(mine: Phone, wish: str) -> None:
    terminal, first, last = (int(one) for one in wish.split("-")[:3])
    start, end = (datetime.fromtimestamp(one * 300, UTC) for one in (first, last))
    async with mine.site.database.write() as session:
        other = await make.prisoner(session, mine.world.prison)
        who = await make.visitor(session)
        await make.contact(session, other, who)
        await booking.book(
            session,
            prison_id=mine.world.prison.id,
            terminal_id=terminal,
            span=booking.Timespan(start, end),
            kind="family",
            prisoner_id=other.id,
            visitor_ids=[who.id],
            keyring=mine.site.keyring,
            by=SYSTEM,
            now=mine.site.clock(),
        )


async def _all(site: Site, kind: type) -> list:
    async with site.database.read() as session:
        return list((await session.exec(select(kind))).all())
