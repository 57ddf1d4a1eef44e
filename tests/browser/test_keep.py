"""What was typed outlives a lost line, a reload and a session that is over."""

import pytest
from playwright.async_api import Browser, Page, expect
from sqlmodel import delete

from tests.browser.chromium import fill_and_send
from tests.browser.conftest import PASSWORD, Installation
from tests.browser.people import open_page, sign_in
from visitation.devices import LoginSession
from visitation.words import Role

pytestmark = pytest.mark.browser

NAME = "مریم احمدی"
PATH = "/visitors/new"
KEPT = "JSON.stringify(sessionStorage)"


async def test_a_form_outlives_the_line_the_page_and_the_session(
    browser: Browser, service: Installation
) -> None:
    context = await browser.new_context()
    page = await open_page(context, service, "scheduler")
    await sign_in(page, service, Role.SCHEDULER)
    await page.goto(service.url("scheduler", PATH))
    name, save = page.locator("#name"), page.locator("form.card .button").last

    # The line goes: the form stays as it is, and says so, and that it is back.
    await name.fill(NAME)
    await context.set_offline(True)
    await save.click()
    await expect(page.get_by_text("There is no connection.")).to_be_visible()
    await expect(name).to_have_value(NAME)
    await context.set_offline(False)
    await expect(page.get_by_text("The line is back.")).to_be_visible()

    # The page is loaded anew: what was typed is here still, until it is emptied.
    await page.reload()
    await expect(name).to_have_value(NAME)
    await page.get_by_role("button", name="Empty the form").click()
    await expect(name).to_have_value("")

    # The session is over: after signing in it is offered, and done once.
    await name.fill(NAME)
    async with service.database.write() as session:
        await session.exec(delete(LoginSession))
    await save.click()
    await expect(page.get_by_text("what you typed can still be sent")).to_be_visible()
    await _signs_in(page)
    send = page.get_by_role("button", name="Send what I typed")
    await send.dblclick()
    await expect(page.get_by_text(NAME).first).to_be_visible()

    # Left behind is nobody's next form, and gone when somebody signs out.
    await page.goto(service.url("scheduler", PATH))
    await expect(name).to_have_value("")
    await name.fill("X")
    assert "X" in await page.evaluate(KEPT)
    await page.goto(service.url("scheduler", PATH))
    await expect(name).to_have_value("")
    await name.fill("Y")
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/")
    assert await page.evaluate(KEPT) == "{}"


async def _signs_in(page: Page) -> None:
    values = {"Username": "scheduler", "Password": PASSWORD}
    await fill_and_send(page, values, "Sign in")
