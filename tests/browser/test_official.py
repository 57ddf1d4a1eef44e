"""An official's morning: from signing in to the next family, in real Chromium."""

from datetime import timedelta

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page, expect
from sqlmodel import select

from tests.browser.appointment import booked, both_wait
from tests.browser.conftest import PHONE, Installation
from tests.browser.people import (
    PATIENCE_MS,
    in_state,
    let_in,
    open_page,
    sees_and_hears,
    sign_in,
)
from tests.browser.test_accessible import RULES
from visitation import calls
from visitation.audit import Actor
from visitation.messages import Message
from visitation.rulings import Ruling
from visitation.visits import Participant, Visit
from visitation.wording import Template
from visitation.words import Part, Role, WishKind

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)

SMALL = {"width": 375, "height": 740}
LANGUAGES = ("fa", "en")


async def wished(service: Installation, visit: Visit, words: str) -> None:
    """The family has asked for leave."""
    async with service.database.write() as session:
        mother = (
            await session.exec(
                select(Participant).where(
                    Participant.visit_id == visit.id, Participant.part == Part.VISITOR
                )
            )
        ).one()
        await calls.after.wish(
            session,
            participant_id=mother.id,
            kind=WishKind.FURLOUGH,
            text=words,
            keyring=service.keyring,
            by=Actor.participant(mother.id),
            now=service.clock() - timedelta(days=7),
        )


async def test_an_official_joins_decides_beside_the_pictures_and_goes_on(
    service: Installation, browser: Browser
) -> None:
    visit, code = await booked(service)
    following, _code = await booked(service)
    await wished(service, visit, "For her sister's wedding")
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    family = await open_page(context, service, "family")
    terminal = await open_page(context, service, "terminal")
    await both_wait(family, terminal, service, visit, code)
    official = await open_page(context, service, "official")
    await sign_in(official, service, Role.OFFICIAL)
    await official.goto(service.url("official", "/official"))
    await official.locator("#next").get_by_role("link", name="Join").click()
    warden = await open_page(context, service, "warden")
    await let_in(warden, service)
    for page in (family, terminal, official):
        await in_state(page, "live")
    await official.evaluate("window.sameDocument = true")

    await _decide(official, service)

    assert await official.evaluate("window.sameDocument") is True
    await sees_and_hears(official, "visitor", "prisoner")
    await sees_and_hears(family, "official")
    async with service.database.read() as session:
        [ruling] = (await session.exec(select(Ruling))).all()
        told = (
            await session.exec(
                select(Message).where(Message.template == Template.CASE_DECIDED)
            )
        ).all()
    assert ruling.text == "Three days of leave for the wedding"
    assert [one.phone for one in told] == [PHONE]

    # Whoever comes back to a visit under way is told of no stage, and sees both.
    await official.reload()
    await in_state(official, "live")
    await expect(official.locator(".tile")).to_have_count(2)
    for tile in await official.locator(".tile").all():
        await expect(tile).to_be_visible()

    await official.get_by_role("link", name="Next family").click()
    await official.wait_for_url(f"**/call/{following.reference}")
    await expect(family.locator(".tile")).to_have_count(1)


async def _decide(official: Page, service: Installation) -> None:
    """By keyboard alone, with a slip of the line in between."""
    desk, board = official.locator("#beside-desk"), official.locator("#beside-board")
    await expect(board.get_by_text("For her sister's wedding")).to_be_visible()
    await board.get_by_role("link", name="Answer").focus()
    await official.keyboard.press("Enter")
    await expect(desk.get_by_text("For her sister's wedding")).to_be_visible()
    await desk.get_by_role("link", name="Leave is granted").focus()
    await official.keyboard.press("Enter")
    text = desk.get_by_label("Text", exact=True)
    await expect(text).to_have_value(
        "Leave of … days from … is granted to رضا کریمی. The "
        "prison tells the family when to come."
    )
    await desk.get_by_role("button", name="Read it back").press("Enter")
    await expect(
        desk.get_by_text("There is still “…” in the text.").first
    ).to_be_visible()
    await text.fill("Three days of leave for the wedding")
    await official.route("**/beside", lambda sent: sent.abort())
    await desk.get_by_role("button", name="Read it back").press("Enter")
    await expect(desk.get_by_text("This did not get through.")).to_be_visible()
    await official.unroute("**/beside")
    await expect(text).to_have_value("Three days of leave for the wedding")
    await desk.get_by_role("button", name="Read it back").press("Enter")
    await expect(desk.get_by_text("The family is told by text")).to_be_visible()
    await desk.get_by_role("button", name="Yes, send").dblclick()
    await expect(desk.get_by_text("It has the number")).to_be_visible()
    await expect(
        board.get_by_text("Three days of leave for the wedding")
    ).to_be_visible()
    await expect(board.get_by_text("Nothing is open.")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_state_of_an_officials_pages_has_a_barrier_or_is_too_wide(
    service: Installation, browser: Browser, language: str
) -> None:
    visit, _code = await booked(service)
    await wished(service, visit, "برای عروسی خواهرش")
    context = await browser.new_context(viewport=SMALL)
    page = await open_page(context, service, "official")
    await sign_in(page, service, Role.OFFICIAL)
    await context.add_cookies(
        [{"name": "lang", "value": language, "url": service.url("official", "/")}]
    )
    beside = service.url("official", f"/official/{visit.reference}/beside")
    seen = []
    for path in ("/official", "/official/calendar"):
        await page.goto(service.url("official", path))
        seen += await _troubles(page)
    for query in ("", "?template=furlough_granted", "?kind=noted"):
        await page.goto(beside + query)
        seen += await _troubles(page)
    await page.locator("textarea").fill("…")
    await page.locator("[name=step][value=read]").click()
    await expect(page.locator(".errors")).to_be_visible()
    seen += await _troubles(page)
    await page.locator("textarea").fill("متن کوتاه")
    await page.locator("[name=step][value=read]").click()
    await expect(page.locator(".beside__text")).to_be_visible()
    seen += await _troubles(page)
    await page.locator("[name=step][value=send]").click()
    await expect(page.locator("#beside-desk .notice--good")).to_be_visible()
    seen += await _troubles(page)
    for part in ("", "?part=companion"):
        await page.goto(service.url("official", f"/call/{visit.reference}{part}"))
        await expect(page.locator("#known-past")).to_be_visible()
        await in_state(page, "waiting")
        seen += await _troubles(page)
    assert seen == []


async def test_without_scripts_an_official_decides_all_the_same(
    service: Installation, browser: Browser
) -> None:
    await booked(service)
    context = await browser.new_context(java_script_enabled=False, viewport=SMALL)
    page = await open_page(context, service, "official")
    await sign_in(page, service, Role.OFFICIAL)
    await page.goto(service.url("official", "/official"))
    await page.locator("#next").get_by_role("link", name="Requests and").click()
    await page.locator("summary", has_text="Pass on").click()
    await page.get_by_role("link", name="To the court, with support").click()
    await page.get_by_role("button", name="Read it back").click()
    await page.get_by_role("button", name="No, change it").click()
    await page.get_by_label("Text", exact=True).fill("To the court.")
    await page.get_by_role("button", name="Read it back").click()
    await page.get_by_role("button", name="Yes, send").click()

    await expect(page.get_by_text("It has the number")).to_be_visible()
    await expect(page.locator("#known-rulings")).to_contain_text("To the court.")


async def _troubles(page: Page) -> list[str]:
    """What axe finds, and whether anything sticks out at 320 pixels."""
    if not await page.evaluate("typeof axe !== 'undefined'"):
        await page.evaluate(AXE_SCRIPT)
    found = await page.evaluate("rules => axe.run(rules)", RULES)
    troubles = [
        f"{page.url} {one['id']}: {node['html'][:120]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
    await page.set_viewport_size({"width": 320, "height": 640})
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        troubles.append(f"{page.url} is too wide")
    await page.set_viewport_size(SMALL)
    return troubles
