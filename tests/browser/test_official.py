"""An official's morning: from signing in to the next family, in real Chromium."""

import asyncio
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, Route, expect
from sqlmodel import select

from tests.browser.appointment import booked, both_wait
from tests.browser.barriers import troubles
from tests.browser.conftest import PHONE, Installation
from tests.browser.hands import Hands
from tests.browser.people import (
    PATIENCE_MS,
    in_state,
    let_in,
    open_page,
    sees_and_hears,
)
from visitation import cases
from visitation.audit import Actor
from visitation.cases import written
from visitation.messages import Message
from visitation.visits import Participant, Visit
from visitation.wording import Template
from visitation.words import CaseKind, Part, Role

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)


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
        await cases.after.wish(
            session,
            participant_id=mother.id,
            kind=CaseKind.FURLOUGH,
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
    hands = Hands(official)
    await hands.sign_in(service, Role.OFFICIAL)
    places = official.get_by_role("navigation", name="Places")
    await hands.follow(places.locator("a[href='/official']"))
    await hands.follow(official.locator("#next").get_by_role("link", name="Join"))
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
        [said] = await written.in_visit(session, visit_id=visit.id)
        told = (
            await session.exec(
                select(Message).where(Message.template == Template.CASE_DECIDED)
            )
        ).all()
    assert said.text == "Three days of leave for the wedding"
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


async def _slowly(asked: Route) -> None:
    await asyncio.sleep(1)
    await asked.continue_()


async def _decide(official: Page, service: Installation) -> None:
    """By keyboard alone, with a slip of the line in between."""
    desk, board = official.locator("#beside-desk"), official.locator("#beside-board")
    await expect(board.get_by_text("For her sister's wedding")).to_be_visible()
    await board.get_by_role("link", name="Answer").focus()
    await official.keyboard.press("Enter")
    await expect(desk.get_by_text("For her sister's wedding")).to_be_visible()
    assert await troubles(official) == []
    await desk.get_by_role("link", name="Leave is granted").focus()
    await official.keyboard.press("Enter")
    text = desk.get_by_label("Text", exact=True)
    await expect(text).to_have_value(
        "Leave of … days from … is granted to رضا کریمی. The "
        "prison tells the family when to come."
    )
    # Its module is slow to come, and what is shown can be pressed at once all the same.
    await official.route("**/error-summary.js", _slowly)
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
    assert await troubles(official) == []
    await desk.get_by_role("button", name="Read it back").press("Enter")
    await expect(desk.get_by_text("The family is told by text")).to_be_visible()
    await desk.get_by_role("button", name="Yes, send").dblclick()
    await expect(desk.get_by_text("It has the number")).to_be_visible()
    await expect(
        board.get_by_text("Three days of leave for the wedding")
    ).to_be_visible()
    await expect(board.get_by_text("Nothing is open.")).to_be_visible()
