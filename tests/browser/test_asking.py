"""A family without a reader's eyes is helped: three wishes, a decision, a slip."""

import re

import pytest
from playwright.async_api import Browser, Page, expect
from sqlmodel import select

from tests.browser.conftest import Installation
from tests.browser.people import open_page, sign_in
from visitation.lifecycle import VisitState
from visitation.places.tables import SitePolicy
from visitation.visits import Visit
from visitation.words import Approval, Role

pytestmark = pytest.mark.browser


async def test_a_clerk_asks_with_three_wishes_and_prints_the_slip_of_the_second(
    service: Installation, browser: Browser
) -> None:
    async with service.database.write() as session:
        policy = (await session.exec(select(SitePolicy))).one()
        policy.approval = Approval.REQUIRED
        session.add(policy)
    context = await browser.new_context(viewport={"width": 1000, "height": 800})
    clerk = await open_page(context, service, "clerk")
    await sign_in(clerk, service, Role.CLERK)

    wished = await _ask(clerk, service)
    await expect(clerk.get_by_text("It is not booked yet")).to_be_visible()
    visit = await _visit(service, VisitState.REQUESTED)

    scheduler = await open_page(context, service, "scheduler")
    await sign_in(scheduler, service, Role.SCHEDULER)
    await scheduler.goto(service.url("scheduler", "/requests"))
    await scheduler.get_by_role("link", name="Look and decide").click()
    second = scheduler.locator("li.card").filter(has_text="Second choice")
    await expect(second).to_contain_text(wished[1])
    await second.get_by_role("button", name="Approve this time").click()
    await expect(scheduler.get_by_text("The visit is booked.")).to_be_visible()

    await clerk.goto(service.url("clerk", "/asking"))
    row = clerk.get_by_role("row").filter(has_text="رضا کریمی")
    await expect(row).to_contain_text("Booked")
    await row.get_by_role("link", name="Print the slip").click()
    slip = clerk.locator("article.slip")
    await expect(slip).to_contain_text(wished[1])
    code = await slip.locator(".slip__digits").inner_text()
    assert re.fullmatch(r"\d{6}", code)
    assert (await _visit(service, VisitState.BOOKED)).id == visit.id


async def _ask(page: Page, service: Installation) -> list[str]:
    """Three times of one day, one after the other; the times as the page says them."""
    await page.goto(service.url("clerk", "/clerk"))
    await page.get_by_role("link", name="Ask for a visit").click()
    await page.get_by_label("Prisoner number").fill("۱۰۰۱")
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_role("checkbox", name="زهرا کریمی").check()
    await page.get_by_role("checkbox", name="I have seen the identity card").check()
    await page.get_by_role("button", name="Choose a day").click()
    wished = []
    for rank in range(3):
        await page.locator("button[name=day]").nth(1).click()
        time = page.locator("button[name=wish]").nth(rank)
        wished.append(await time.inner_text())
        await time.click()
        if rank == 0:
            await expect(page.get_by_text("Held for you until")).to_be_visible()
            await expect(page.locator("[data-left]")).to_have_text(re.compile("09:5"))
        if rank < 2:
            await page.get_by_role("button", name="Add another time").click()
    await page.get_by_role("button", name="Ask for the visit").click()
    return wished


async def _visit(service: Installation, state: VisitState) -> Visit:
    async with service.database.read() as session:
        return (await session.exec(select(Visit).where(Visit.state == state))).one()
