"""What is left of staff's work by keyboard, in a browser that runs no scripts.

The tasks that have such a story elsewhere: `test_keyboard`, `test_official_pages`.
"""

from datetime import datetime

import pytest
from playwright.async_api import Browser, expect
from sqlmodel import select

from tests import make
from tests.browser.appointment import booked
from tests.browser.conftest import Installation
from tests.browser.hands import Hands, signed_in
from visitation.lifecycle import VisitState
from visitation.people.tables import Contact, Visitor
from visitation.places.tables import SitePolicy
from visitation.visits import Visit
from visitation.words import Approval, Attendance, ContactState, Role

pytestmark = pytest.mark.browser
BROTHER = "+989351112233"


async def test_a_clerk_has_the_board_and_the_queue_without_scripts(
    service: Installation, browser: Browser
) -> None:
    await booked(service, attendance=Attendance.VILLAGE, at_kiosk=True)
    hands = await signed_in(browser, service, Role.CLERK, scripts=False)
    await _ticks_and_gives_a_number(hands)


async def test_a_scheduler_adds_moves_and_decides_without_scripts(
    service: Installation, browser: Browser
) -> None:
    """A contact, a visit, and a request that a clerk has sent."""
    async with service.database.write() as session:
        policy = (await session.exec(select(SitePolicy))).one()
        policy.approval = Approval.REQUIRED
        await make.visitor(session, name="علی کریمی", phone=BROTHER)
    await _asks(await signed_in(browser, service, Role.CLERK, scripts=False))
    hands = await signed_in(browser, service, Role.SCHEDULER, scripts=False)
    await _adds_a_contact(hands)
    await _decides(hands)
    before = await _begins(service)
    await _moves(hands)
    assert await _begins(service) != before
    async with service.database.read() as session:
        rows = await session.exec(
            select(Contact.state).join(Visitor).where(Visitor.phone == BROTHER)
        )
        assert rows.one() is ContactState.APPROVED


async def _ticks_and_gives_a_number(hands: Hands) -> None:
    page = hands.page
    await hands.follow(page.locator("main a[href='/clerk']"))
    await hands.press(page.locator("[id^=tick-arrived-]"))
    await expect(page.locator(".tick--done")).to_have_count(1)
    await hands.press(page.locator("[id^=tick-identified-]"))
    await expect(page.locator(".tick--done")).to_have_count(2)
    await hands.follow(page.locator(".ways").get_by_role("link", name="Queue"))
    await hands.press(page.get_by_role("button", name="To ask for a visit"))
    await expect(page.locator("#given")).to_contain_text("1")
    await hands.press(page.get_by_role("button", name="Call the next: 1"))
    await hands.press(page.get_by_role("button", name="Served 1"))
    await expect(page.locator("#ended")).to_be_visible()


async def _asks(hands: Hands) -> None:
    page = hands.page
    await hands.follow(page.locator("main a[href='/clerk']"))
    await hands.follow(page.get_by_role("link", name="Ask for a visit"))
    await hands.type(page.get_by_label("Prisoner number"), "1001")
    await page.keyboard.press("Enter")
    await hands.tick(page.get_by_role("checkbox", name="زهرا کریمی"))
    await hands.tick(page.get_by_role("checkbox", name="I have seen"))
    await hands.press(page.get_by_role("button", name="Choose a day"))
    await hands.press(page.locator("button[name=day]").nth(1))
    await hands.press(page.locator("button[name=wish]"))
    await hands.press(page.get_by_role("button", name="Ask for the visit"))
    await expect(page.get_by_text("It is not booked yet")).to_be_visible()


async def _adds_a_contact(hands: Hands) -> None:
    page = hands.page
    await hands.follow(page.locator("main a[href='/prisoners']"))
    await hands.follow(page.get_by_role("link", name="رضا کریمی"))
    await hands.follow(page.get_by_role("link", name="Add a contact"))
    await hands.type(page.get_by_label("Name or phone"), BROTHER)
    await page.keyboard.press("Enter")
    await hands.choose(page.get_by_role("radio", name="علی کریمی"))
    relation = page.get_by_label("Relation")
    await hands.to(relation)
    await page.keyboard.press("ArrowDown")
    await expect(relation).not_to_have_value("")
    await hands.tick(page.get_by_role("checkbox", name="Approve at once"))
    await hands.press(page.get_by_role("button", name="Add the contact"))
    await expect(page.get_by_role("link", name="علی کریمی").first).to_be_visible()


async def _decides(hands: Hands) -> None:
    page = hands.page
    menu = page.get_by_role("navigation", name="Places")
    await hands.follow(menu.locator("a[href='/requests']"))
    await hands.follow(page.get_by_role("link", name="Look and decide"))
    await hands.press(page.get_by_role("button", name="Approve the best"))
    await expect(page.get_by_text("The visit is booked.")).to_be_visible()


async def _moves(hands: Hands) -> None:
    page = hands.page
    await hands.follow(page.get_by_role("link", name="The visit", exact=True))
    await hands.follow(page.locator("main a[href$='/move']"))
    await hands.press(page.locator(".suggestions button"))
    await expect(page.get_by_text("The visit is moved")).to_be_visible()


async def _begins(service: Installation) -> datetime:
    """When the visit begins; what was held on the way to it is none."""
    async with service.database.read() as session:
        booked = select(Visit.starts_at).where(Visit.state == VisitState.BOOKED)
        return (await session.exec(booked)).one()
