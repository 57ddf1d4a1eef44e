"""Why a family cannot book on its own phone, and from when it could."""

import re
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.web.conftest import Site
from tests.web.own import Phone, links, phone
from visitation import people
from visitation.audit import SYSTEM
from visitation.lifecycle import VisitState
from visitation.people import Contact, Prisoner
from visitation.places.tables import SessionTemplate
from visitation.words import ContactState, Relation


@pytest.fixture
async def mine(site: Site) -> Phone:
    return await phone(site)


async def test_only_times_that_a_family_may_have_are_shown(site: Site) -> None:
    mine = await phone(site, family_notice_minutes=48 * 60, family_horizon_days=5)

    pages = [await mine.page(f"{mine.book}/days?{mine.query()}")]
    days = links(pages[0], "/times?")

    assert 1 <= len(days) <= 5
    first = re.search(r"day=([\d-]+)", days[0])
    assert first is not None
    wanted = site.clock() + timedelta(hours=48)
    assert datetime.fromisoformat(first[1]).date() >= wanted.date()


async def test_days_of_a_spent_week_lead_nowhere(site: Site) -> None:
    mine = await phone(site, visits_per_week=1, family_notice_minutes=0)
    await mine.booked()
    visit = await mine.visit()

    page = await mine.page(f"{mine.book}/days?{mine.query()}")

    spent = visit.starts_at.date()
    shown = [re.search(r"day=([\d-]+)", one)[1] for one in links(page, "/times?")]  # type: ignore[index]
    assert shown
    assert all((datetime.fromisoformat(day).date() - spent).days >= 1 for day in shown)
    assert spent.isoformat() not in shown


async def test_a_spent_month_says_from_when(site: Site) -> None:
    mine = await phone(
        site, visits_per_month=1, family_notice_minutes=0, family_horizon_days=2
    )
    await mine.booked()

    page = await mine.page(f"{mine.book}/days?{mine.query()}")

    assert "You cannot book a visit now" in page
    assert "The prisoner has had all visits of that month." in page
    assert "The next visit is possible from" in page
    assert links(page, "/mine/waiting/new/")


async def test_where_everything_is_closed_it_is_said_what_opens_next(
    site: Site,
) -> None:
    mine = await phone(site, family_horizon_days=3)
    async with site.database.write() as session:
        for one in (await session.exec(select(SessionTemplate))).all():
            one.valid_from = (site.clock() + timedelta(days=10)).date()
            session.add(one)

    page = await mine.page(f"{mine.book}/days?{mine.query()}")

    assert "Every time that can be booked now is taken." in page
    assert "The next free day is" in page
    assert "You can book it from" in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ContactState.SUSPENDED, "You may not visit this prisoner at the moment."),
        (ContactState.REFUSED, "You may not visit this prisoner at the moment."),
    ],
)
async def test_who_may_not_visit_is_told_so(
    mine: Phone, state: ContactState, words: str
) -> None:
    async with mine.site.database.write() as session:
        contact = await session.get_one(Contact, mine.world.contact.id)
        contact.state = state
        session.add(contact)

    assert words in await mine.page(mine.book)


async def test_a_judges_order_is_said_without_its_reason(mine: Phone) -> None:
    async with mine.site.database.write() as session:
        await people.order_bar(
            session,
            prisoner_id=mine.world.prisoner.id,
            starts_at=mine.site.clock(),
            ends_at=None,
            order_number="1405/7",
            judge="قاضی",
            reason="a secret",
            by=SYSTEM,
            now=mine.site.clock(),
        )

    page = await mine.page(f"{mine.book}/days?{mine.query()}")

    assert "By a judge&#39;s order there is no visit" in page
    assert "a secret" not in page
    assert "1405/7" not in page


async def test_an_order_that_comes_while_it_is_checked_stops_the_booking(
    mine: Phone,
) -> None:
    held = await mine.hold()
    async with mine.site.database.write() as session:
        contact = await session.get_one(Contact, mine.world.contact.id)
        contact.state = ContactState.SUSPENDED
        session.add(contact)

    page = await mine.page(held, post=True, status=409)

    assert "This visit cannot be booked now." in page
    assert (await mine.visit()).state is VisitState.HELD


async def test_a_transferred_prisoner_is_found_at_the_new_prison(mine: Phone) -> None:
    held = await mine.hold()
    async with mine.site.database.write() as session:
        other = await make.prison(session, name="زندان دیگر")
        prisoner = await session.get_one(Prisoner, mine.world.prisoner.id)
        prisoner.site_id = other.id
        session.add(prisoner)

    page = await mine.page(held, post=True, status=409)

    assert "The prisoner is in another prison now." in page
    assert "زندان دیگر" in await mine.page(mine.book)


async def test_a_lawyers_visit_is_no_familys_to_book(mine: Phone) -> None:
    async with mine.site.database.write() as session:
        contact = await session.get_one(Contact, mine.world.contact.id)
        contact.relation = Relation.LAWYER
        session.add(contact)

    assert "It is booked by the office" in await mine.page("/mine/book")
    await mine.page(mine.book, status=404)


async def test_a_released_prisoner_needs_no_visit(mine: Phone) -> None:
    async with mine.site.database.write() as session:
        prisoner = await session.get_one(Prisoner, mine.world.prisoner.id)
        prisoner.released_at = mine.site.clock() - timedelta(hours=1)
        session.add(prisoner)

    assert "The prisoner was released." in await mine.page(mine.book)


async def test_a_party_too_large_is_told_on_the_page_of_days(site: Site) -> None:
    mine = await phone(site, max_party=1)
    async with site.database.write() as session:
        sister = await make.visitor(session, phone=mine.world.visitor.phone)
        await make.contact(session, mine.world.prisoner, sister)

    query = f"visitors={sister.id}&{mine.query()}"
    page = await mine.page(f"{mine.book}/days?{query}")

    assert "You are too many for one visit." in page
