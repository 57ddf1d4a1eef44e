"""Pictures of steps that are only there on the way: a time that is held, a booking."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser, Page
from sqlmodel import col, select

from tests.gallery import camera
from tests.gallery.shots import DESK, PHONE
from tests.pages import browsing
from tests.pages.stage import Stage
from visitation import visits
from visitation.audit import SYSTEM
from visitation.lifecycle import VisitAction, VisitState
from visitation.visits import Visit

#: What they are called, by chapter and size.
STEPS: Mapping[str, tuple[str, str]] = {
    "family-mine-held": ("family", PHONE),
    "scheduler-booking": ("scheduler", DESK),
    "scheduler-booking-check": ("scheduler", DESK),
}
#: For about so long a time is held for whoever chooses.
_CHOSEN = timedelta(minutes=11)


async def taken(
    browser: Browser, raised: Stage, language: str, folder: Path
) -> dict[str, str]:
    """Walk both ways up to the last step, and leave it; the titles, by name."""
    titles: dict[str, str] = {}

    async def keep(page: Page, name: str) -> None:
        size = STEPS[name][1]
        titles[name] = (await page.title()).split(" – ")[0]
        await camera.take(page, folder / f"{name}.{language}.{size}.webp", size)

    async with browsing.entered(browser, raised, "phone", language=language) as page:
        await page.goto(raised.url("phone", "/mine"))
        await page.locator("a[href^='/mine/book']").first.click()
        await page.locator("main form button:not([type=button])").last.click()
        await page.locator("a[href*='/times?']").first.click()
        await page.locator("button[name=wish]").first.click()
        await page.wait_for_url("**/mine/held/*")
        await keep(page, "family-mine-held")
    async with browsing.entered(
        browser, raised, "scheduler", language=language
    ) as page:
        await page.goto(raised.url("scheduler", "/schedule"))
        await page.locator("a[href*='/booking?slot']").last.click()
        await page.locator("main a[href*='prisoner=']").nth(1).click()
        await keep(page, "scheduler-booking")
        for one in await page.locator("input[name=visitors]").all():
            await one.check()
        await page.locator("input[name=place]").first.check()
        async with page.expect_navigation(wait_until="load"):
            check = page.locator("main form[action='/booking/check'] button")
            await check.last.click()
        await keep(page, "scheduler-booking-check")
    return titles


async def let_go(raised: Stage) -> None:
    """Give back the times that were chosen and left, so that others choose them.

    What is held for longer is offered to somebody.
    """
    now = raised.clock()
    async with raised.database.write() as session:
        rows = await session.exec(
            select(Visit).where(
                Visit.state == VisitState.HELD,
                col(Visit.hold_until).between(now, now + _CHOSEN),
            )
        )
        for visit in rows.all():
            await visits.move(session, visit, VisitAction.EXPIRE, by=SYSTEM, now=now)
            await visits.release(session, visit_id=visit.id)
            await visits.give_back(session, visit, by=SYSTEM, now=now)
