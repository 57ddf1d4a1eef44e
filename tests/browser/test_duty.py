"""Officers at one screen, in real Chromium: handing over, locking, signed out."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect
from sqlmodel import col, select

from tests import make
from tests.browser.barriers import barriers
from tests.browser.conftest import PASSWORD, Installation
from tests.browser.hands import Hands
from tests.browser.people import PATIENCE_MS, in_state, open_page, sign_in
from tests.browser.two_visits import arranged, both_waiting
from visitation import devices, people
from visitation.audit import SYSTEM
from visitation.audit.tables import AuditEntry
from visitation.lifecycle import VisitState
from visitation.people import Account, pins
from visitation.places.tables import Province
from visitation.visits import Visit
from visitation.words import Role

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)


async def _officers(service: Installation) -> tuple[int, int]:
    """The warden and a colleague, each with a PIN; their account ids."""
    hashes = [await asyncio.to_thread(people.hashed, pin) for pin in ("4862", "7315")]
    async with service.database.write() as session:
        province = (await session.exec(select(Province))).one()
        await make.account(
            session,
            Role.WARDEN,
            provinces=[province],
            username="rezaei",
            name="Officer Rezaei",
            password_hash=await asyncio.to_thread(people.hashed, PASSWORD),
            language="en",
        )
        rows = await session.exec(
            select(Account).where(Account.role == Role.WARDEN).order_by(col(Account.id))
        )
        both = rows.all()
        for account, pin_hash in zip(both, hashes, strict=True):
            await pins.set_pin(
                session, account, pin_hash=pin_hash, by=SYSTEM, now=service.clock()
            )
    return both[0].id, both[1].id


async def _taken_over(page: Page, officer: str, pin: str) -> None:
    dialog = page.locator("#duty")
    await dialog.get_by_label("username").fill(officer)
    await dialog.get_by_label("PIN").fill(pin)
    await dialog.get_by_role("button", name="Go on").click()


async def test_a_colleague_takes_over_while_a_visit_is_watched(
    service: Installation, browser: Browser
) -> None:
    first, second = await _officers(service)
    one, _two = await arranged(service)
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    family, _terminal = await both_waiting(context, service, one, 1)
    page = await open_page(context, service, "warden")
    await sign_in(page, service, Role.WARDEN)
    await page.goto(service.url("warden", "/warden"), wait_until="load")
    await page.wait_for_selector("html[data-ready]", state="attached")
    await page.locator(f"#start-{one.visit.reference}").click()
    await in_state(family, "live")
    pane = page.locator(f"#pane-{one.visit.reference}")
    await expect(pane).to_have_attribute("data-state", "live")
    await page.locator(f"#incident-{one.visit.reference} summary").click()
    typed = page.locator(f"#incident-{one.visit.reference}-text")
    await typed.fill("Began by the first, sent by the second")

    await page.get_by_role("link", name="Hand over or lock").click()
    assert await barriers(page) == []
    await page.get_by_role("button", name="Lock the screen").click()
    await expect(page.locator("#duty h2")).to_have_text("The screen is locked")
    await expect(pane).to_be_hidden()
    await page.keyboard.press("Escape")
    await expect(page.locator("#duty")).to_be_visible()
    await _taken_over(page, "rezaei", "9999")
    await expect(page.get_by_text("The number or the PIN is not right")).to_be_visible()
    await _taken_over(page, "rezaei", "7315")

    await expect(page.get_by_text("Officer Rezaei is on duty")).to_be_visible()
    await expect(pane).to_have_attribute("data-state", "live")
    await expect(typed).to_have_value("Began by the first, sent by the second")
    await page.get_by_role("button", name="Write it down").click()
    await expect(page.get_by_text("It is written down.")).to_be_visible()
    assert await barriers(page) == []
    async with service.database.read() as session:
        rows = await session.exec(
            select(AuditEntry.action, AuditEntry.actor)
            .where(
                col(AuditEntry.action).in_(
                    ("visit_start", "lock_screen", "take_over", "incident")
                )
            )
            .order_by(col(AuditEntry.id))
        )
        acts = dict(rows.all())
    assert acts["lock_screen"] == f"account:{first}"
    assert acts["incident"] == f"account:{second}"


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_whoever_is_signed_out_is_told_and_keeps_what_was_typed(
    service: Installation, browser: Browser, language: str
) -> None:
    first, _second = await _officers(service)
    one, _two = await arranged(service)
    context = await browser.new_context(viewport={"width": 1024, "height": 768})
    page = await open_page(context, service, "warden")
    await sign_in(page, service, Role.WARDEN)
    cookie = {"name": "lang", "value": language, "url": service.url("warden", "/")}
    await context.add_cookies([cookie])
    await page.goto(service.url("warden", "/warden"), wait_until="load")
    await page.wait_for_selector("html[data-ready]", state="attached")
    assert await barriers(page) == []
    await page.locator(f"#incident-{one.visit.reference} summary").click()
    typed = page.locator(f"#incident-{one.visit.reference}-text")
    await typed.fill("Half a sentence")

    async with service.database.write() as session:
        await devices.end_sessions_of(session, account_id=first)
    await expect(page.locator(".news-state a")).to_be_visible()
    assert await barriers(page) == []
    await page.locator(f"#incident-{one.visit.reference} form button").click()
    await expect(typed).to_have_value("Half a sentence")

    # Signed in again in another tab, the page goes on by itself.
    other = await context.new_page()
    await other.goto(service.url("warden", "/sign-in"))
    await other.locator("#username").fill("warden")
    await other.locator("#password").fill(PASSWORD)
    await other.locator("main form button").click()
    await other.wait_for_url("**/staff")
    await expect(page.locator(".news-state")).to_have_count(0)
    await page.locator(f"#incident-{one.visit.reference} form button").click()
    await expect(typed).to_have_value("")


async def test_a_visit_is_begun_and_ended_by_keyboard_alone(
    service: Installation, browser: Browser
) -> None:
    one, _two = await arranged(service)
    reference = one.visit.reference
    context = await browser.new_context(viewport={"width": 1024, "height": 768})
    page = await open_page(context, service, "warden")
    await sign_in(page, service, Role.WARDEN)
    await page.goto(service.url("warden", "/warden"))
    await page.wait_for_selector("html[data-ready]", state="attached")

    hands = Hands(page)
    for tick in ("told", "arrived", "identified"):
        await hands.enter(page.locator(f"#visit-{reference} [id^=tick-{tick}]"))
        await expect(
            page.locator(f"#visit-{reference} [id^=tick-{tick}]")
        ).to_have_count(0)
    await hands.enter(page.locator(f"#start-{reference}"))
    await expect(page.locator(f"#pane-{reference}")).to_be_visible()
    # Whoever pressed what is gone goes on where it stood, not from the top.
    await page.wait_for_selector(
        f"#visit-{reference}:focus-within, #visit-{reference}:focus"
    )
    await hands.enter(page.locator(f"#end-{reference} summary"))
    await hands.enter(page.locator(f"#end-{reference} button"))

    await expect(page.locator(f"#pane-{reference}")).to_have_count(0)
    async with service.database.read() as session:
        visit = await session.get_one(Visit, one.visit.id)
    assert visit.state is VisitState.COMPLETED
