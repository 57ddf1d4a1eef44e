"""A request of a family by keyboard alone: taken up, decided, ordered, carried out."""

import pytest
from playwright.async_api import Browser, expect
from sqlmodel import select

from tests.browser.conftest import Installation
from tests.browser.hands import Hands, signed_in
from tests.browser.people import PATIENCE_MS
from visitation import cases
from visitation.audit import SYSTEM
from visitation.cases import Case, CaseOrder
from visitation.people import Prisoner, Visitor
from visitation.words import CaseKind, CaseSource, CaseState, OrderState, Role

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)


async def asked(service: Installation) -> Case:
    """The family has asked for a doctor."""
    async with service.database.write() as session:
        raised = await cases.raise_case(
            session,
            kind=CaseKind.MEDICAL,
            prisoner_id=(await session.exec(select(Prisoner.id))).one(),
            visitor_id=(await session.exec(select(Visitor.id))).one(),
            source=CaseSource.FAMILY,
            answers={"what": "doctor"},
            keyring=service.keyring,
            by=SYSTEM,
            now=service.clock(),
        )
        return raised.case


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_an_official_decides_with_an_order_and_a_warden_carries_it_out(
    service: Installation,
    browser: Browser,
    scripts: bool,
) -> None:
    case = await asked(service)
    official = await signed_in(browser, service, Role.OFFICIAL, scripts=scripts)
    await _takes(official, service)
    await _decides(official)
    await _orders(official)
    warden = await signed_in(browser, service, Role.WARDEN, scripts=scripts)
    await _carries_out(warden, service)

    async with service.database.read() as session:
        done = await session.get_one(Case, case.id)
        order = (await session.exec(select(CaseOrder))).one()
    assert done.state is CaseState.GRANTED
    assert (order.state, order.answer) == (OrderState.DONE, "Seen on Sunday")


async def _takes(hands: Hands, service: Installation) -> None:
    page = hands.page
    await page.goto(service.url("official", "/cases?view=unowned"))
    await hands.follow(page.locator("th[scope=row] a"))
    await hands.press(page.get_by_role("button", name="I take it up"))
    await expect(page.get_by_text("You have it now.")).to_be_visible()


async def _decides(hands: Hands) -> None:
    page = hands.page
    await hands.follow(page.get_by_role("link", name="Decide or pass on"))
    await hands.follow(page.locator("a[href*='outcome=grant']").last)
    await hands.type(page.locator("textarea"), "A doctor sees him")
    await hands.press(page.get_by_role("button", name="Read it back"))
    await expect(page.locator("blockquote")).to_have_text("A doctor sees him")
    await hands.press(page.get_by_role("button", name="Yes, send"))
    await expect(page.get_by_text("It is written down.")).to_be_visible()


async def _orders(hands: Hands) -> None:
    page = hands.page
    await hands.follow(page.get_by_role("link", name="Give an order"))
    await hands.to(page.get_by_label("Whom it is for"))
    await page.keyboard.press("ArrowDown")
    await hands.type(page.get_by_label("What is to be done"), "Take him to the doctor")
    await hands.press(page.get_by_role("button", name="Read it back"))
    await hands.press(page.get_by_role("button", name="Yes, send"))
    await expect(page.get_by_text("The order is given.")).to_be_visible()


async def _carries_out(hands: Hands, service: Installation) -> None:
    page = hands.page
    await page.goto(service.url("warden", "/orders"))
    await hands.enter(page.locator(".order summary").first)
    await hands.type(page.get_by_label("How it was done"), "Seen on Sunday")
    await hands.press(page.get_by_role("button", name="Report it as done"))
    await expect(page.get_by_text("The order is reported as done.")).to_be_visible()
