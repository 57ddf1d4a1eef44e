"""A lawyer's story: a licence, a client, a confidential visit, a complaint filed.

The lawyer sits at a phone, the staff at their desks; every page is looked at for
barriers, in each language.
"""

import pytest
from playwright.async_api import Browser, Page, expect
from sqlmodel import col, select

from tests import make
from tests.browser.barriers import troubles
from tests.browser.conftest import Installation
from tests.browser.people import PATIENCE_MS, open_page, sign_in
from visitation.cases import Case
from visitation.devices import Challenge, challenges
from visitation.professionals import Licence, Mandate
from visitation.visits import Visit
from visitation.words import CaseKind, CaseSource, Role, VisitKind

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)

PHONE = "+989127654321"
SMALL = {"width": 375, "height": 740}


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_from_asking_for_a_licence_to_a_visit_and_a_complaint(
    service: Installation, browser: Browser, language: str
) -> None:
    async with service.database.write() as session:
        await make.visitor(session, name="هما وکیلی", phone=PHONE)
    context = await browser.new_context(viewport=SMALL)
    lawyer = await open_page(context, service, "lawyer")
    await context.add_cookies(
        [{"name": "lang", "value": language, "url": service.url("lawyer", "/")}]
    )
    await _sign_in(lawyer, service)

    await _ask_for_a_licence(lawyer, service)
    (licence,) = await _all(service, Licence)
    await _decide(
        browser,
        service,
        Role.ADMINISTRATOR,
        f"/licences/{licence.reference}",
        valid_until="1406/01/01" if service.clock().year < 2027 else "1407/01/01",
    )
    await _name_a_client(lawyer, service)
    (mandate,) = await _all(service, Mandate)
    await _decide(browser, service, Role.WARDEN, f"/mandates/{mandate.reference}")
    await _book(lawyer, service)
    await _complain(lawyer, service)

    (visit,) = await _all(service, Visit)
    (case,) = await _all(service, Case)
    assert visit.kind is VisitKind.LEGAL
    assert (case.kind, case.source) == (CaseKind.COMPLAINT, CaseSource.PROFESSIONAL)


async def _sign_in(page: Page, service: Installation) -> None:
    await page.goto(service.url("lawyer", "/sign-in/phone"))
    await page.locator("#phone").fill(f"0{PHONE[3:]}")
    await page.locator("main form.card button").click()
    await page.locator("#code").wait_for()
    async with service.database.read() as session:
        rows = await session.exec(select(Challenge).order_by(col(Challenge.id).desc()))
        code = challenges.code_of(rows.first(), keyring=service.keyring)
    await page.locator("#code").fill(code or "")
    await page.locator("main form.card button").click()
    await page.wait_for_url("**/mine")


async def _ask_for_a_licence(page: Page, service: Installation) -> None:
    await page.locator("a[href='/mine/licence']").click()
    await look(page, "licence")
    await page.locator("#profession").select_option("lawyer")
    await page.locator("#number").fill("۱۲۳۴۵")
    await page.locator("#issuer").fill("کانون وکلای اصفهان")
    await page.locator("#province").select_option(index=1)
    await page.locator("form.own__form button").click()
    await expect(page.locator("section.card .tag")).to_be_visible()


async def _decide(
    browser: Browser, service: Installation, role: Role, path: str, **typed: str
) -> None:
    """A member of staff fills the first form in, and sends it."""
    page = await open_page(await browser.new_context(), service, role.value)
    await sign_in(page, service, role)
    await page.goto(service.url(role.value, path))
    await look(page, role.value)
    for name, text in typed.items():
        await page.locator(f"#{name}").first.fill(text)
    await page.locator("form.card button").first.click()
    await page.wait_for_url("**" + path.rsplit("/", 1)[0])
    await look(page, f"{role.value}-list")


async def _name_a_client(page: Page, service: Installation) -> None:
    await page.goto(service.url("lawyer", "/mine/licence"))
    await page.locator("a[href='/mine/clients']").click()
    await page.locator("a[href='/mine/clients/new']").click()
    await look(page, "client-new")
    await page.locator("#prison").select_option(index=1)
    await page.locator("#number").fill("۱۰۰۱")
    await page.locator("#prisoner").fill("رضا كريمي")
    await page.locator("form.own__form button").click()
    await page.wait_for_url("**/mine/clients")


async def _book(page: Page, service: Installation) -> None:
    await page.goto(service.url("lawyer", "/mine/clients"))
    await look(page, "clients")
    await page.locator("a[href$='/book']").click()
    await look(page, "place")
    await page.locator("form.own__form button").click()
    await page.wait_for_url("**/days?*")
    await look(page, "days")
    await page.locator(".own__day a").nth(1).click()
    await page.wait_for_url("**/times?*")
    await look(page, "times")
    await page.locator(".own__tile").nth(2).click()
    await page.wait_for_url("**/mine/held/*")
    await look(page, "check")
    await page.locator("main form .button--wide").click()
    await page.wait_for_url("**/done")


async def _complain(page: Page, service: Installation) -> None:
    await page.goto(service.url("lawyer", "/mine/clients"))
    await page.locator("a[href$='/file']").click()
    await look(page, "kinds")
    await page.locator("a[href$='/file/complaint']").click()
    await look(page, "file")
    await page.locator("[name=answer_about][value=other]").check()
    await page.locator("#words").fill("هنوز اجازهٔ دیدن پرونده داده نشده است.")
    await page.locator("form.own__form button").click()
    await expect(page.locator(".filing__number")).to_be_visible()
    await look(page, "filed")
    await page.locator("a[href*='/cases/']").click()
    await look(page, "case")


async def look(page: Page, name: str) -> None:
    """No barrier, and nothing wider than the screen."""
    assert name
    assert await troubles(page) == [], name


async def _all(service: Installation, table: type) -> list:
    async with service.database.read() as session:
        return list((await session.exec(select(table))).all())
