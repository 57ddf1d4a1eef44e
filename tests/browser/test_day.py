"""A scheduler at the day: booked in six actions, moved by pointer and keys, undone."""

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from sqlmodel import col, select

from tests.browser.appointment import booked
from tests.browser.barriers import barriers
from tests.browser.conftest import Installation
from tests.browser.people import open_page, sign_in
from visitation.lifecycle import VisitState
from visitation.visits import Visit
from visitation.words import Role

pytestmark = pytest.mark.browser


@pytest.fixture
async def page(service: Installation, browser: Browser) -> Page:
    """A scheduler at a desk, signed in."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await open_page(context, service, Role.SCHEDULER.value)
    await sign_in(page, service, Role.SCHEDULER)
    return page


async def test_a_visit_is_booked_in_six_actions_from_the_first_page(
    service: Installation, page: Page
) -> None:
    actions = 0

    async def act(what: Locator) -> None:
        nonlocal actions
        actions += 1
        await what.click()

    menu = page.get_by_role("navigation", name="Places")
    await act(menu.get_by_role("link", name="Booking"))
    await act(page.get_by_role("link", name="Free: book").nth(2))
    await act(page.get_by_role("link", name="رضا کریمی"))
    await expect(page.get_by_role("checkbox", name="زهرا کریمی")).to_be_checked()
    await act(page.get_by_role("radio", name="کیوسک ۱"))
    await act(page.get_by_role("button", name="Check the booking"))
    await act(page.get_by_role("button", name="Book the visit"))
    await expect(page.get_by_text("The visit is booked.").first).to_be_visible()
    assert actions <= 6
    assert len(await _visits(service, VisitState.BOOKED)) == 1


async def test_a_visit_is_dragged_to_another_time_and_moved_once_that_is_said(
    service: Installation, page: Page
) -> None:
    visit, _code = await booked(service)
    await page.goto(service.url("scheduler", "/schedule"))
    chip = page.locator("[data-chip]")
    target = page.locator("td[data-slot]").nth(4)
    slot = await target.get_attribute("data-slot")
    await chip.scroll_into_view_if_needed()
    await _drag(page, chip, target)
    await page.wait_for_url(f"**/visits/{visit.reference}/move/check?slot={slot}")
    assert (await _again(service, visit)).starts_at == visit.starts_at
    await expect(page.get_by_role("heading", name="Who is told")).to_be_visible()
    await expect(page.locator(".who-told")).to_contain_text("زهرا کریمی")
    await page.get_by_role("button", name="Move the visit").click()
    await expect(page.get_by_text("The visit is moved")).to_be_visible()
    moved = await _again(service, visit)
    assert f"{moved.terminal_id}-{int(moved.starts_at.timestamp()) // 300}" == slot


async def test_a_visit_let_go_anywhere_else_stays_and_no_link_is_followed(
    service: Installation, page: Page
) -> None:
    await booked(service)
    await page.goto(service.url("scheduler", "/schedule"))
    here = page.url
    chip = page.locator("[data-chip]")
    await chip.scroll_into_view_if_needed()
    await _drag(page, chip, page.locator("th.slots__time").last)
    assert await page.locator(".chip--dragged").count() == 0
    box = await chip.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 5, box["y"] + 5)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 60, box["y"] + 60, steps=4)
    await page.keyboard.press("Escape")
    await page.mouse.up()
    assert page.url == here


async def test_a_visit_is_moved_by_keys_alone(
    service: Installation, page: Page
) -> None:
    visit, _code = await booked(service)
    await page.goto(service.url("scheduler", "/schedule"))
    await page.get_by_role("link", name="Move رضا کریمی").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("You are moving the visit of")).to_be_visible()
    first = page.get_by_role("link", name="Move here").first
    await first.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    third = page.get_by_role("link", name="Move here").nth(2)
    await expect(third).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/move/check**")
    await page.get_by_role("button", name="Move the visit").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The visit is moved")).to_be_visible()
    assert (await _again(service, visit)).starts_at > visit.starts_at


async def test_the_day_shows_what_others_book_while_it_is_open(
    service: Installation, page: Page
) -> None:
    await page.goto(service.url("scheduler", "/schedule?by=kiosk"))
    await expect(page.locator(".chip")).to_have_count(0)
    await booked(service)
    await expect(page.locator(".chip")).to_have_count(1)


async def test_a_cancellation_is_taken_back_a_moment_later(
    service: Installation, page: Page
) -> None:
    visit, _code = await booked(service)
    path = f"/visits/{visit.reference}/cancel"
    await page.goto(service.url("scheduler", path))
    await page.get_by_role("radio").first.check()
    await page.get_by_label("Reason").fill("a mistake")
    await page.get_by_role("button", name="Cancel the visit").click()
    await page.get_by_role("button", name="Yes, do it").click()
    await page.get_by_role("button", name="Undo: book it again").click()
    await expect(page.get_by_text("It is booked again as it was")).to_be_visible()
    (again,) = await _visits(service, VisitState.BOOKED)
    assert again.starts_at == visit.starts_at
    assert again.id != visit.id


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_no_page_of_the_day_has_a_barrier(
    service: Installation, page: Page, language: str
) -> None:
    visit, _code = await booked(service)
    home = service.url("scheduler", "/")
    await page.context.add_cookies([{"name": "lang", "value": language, "url": home}])
    slot = f"{visit.terminal_id}-{int(visit.starts_at.timestamp()) // 300 + 12}"
    for path in (
        "/staff",
        "/schedule",
        "/schedule?by=kiosk",
        f"/schedule?move={visit.reference}",
        f"/visits/{visit.reference}/move/check?slot={slot}",
        "/schedule/week",
        "/search",
        "/plans",
        "/messages?lost=on",
    ):
        await page.goto(service.url("scheduler", path))
        assert await barriers(page) == []
        for width in (320, 1280):
            await page.set_viewport_size({"width": width, "height": 900})
            assert not await page.evaluate(
                "document.documentElement.scrollWidth > innerWidth + 1"
            ), (path, width)


async def _drag(page: Page, chip: Locator, target: Locator) -> None:
    start, end = await chip.bounding_box(), await target.bounding_box()
    assert start is not None
    assert end is not None
    await page.mouse.move(start["x"] + 5, start["y"] + 5)
    await page.mouse.down()
    await page.mouse.move(start["x"] + 30, start["y"] + 30, steps=3)
    await expect(page.locator(".chip--dragged")).to_be_visible()
    await page.mouse.move(end["x"] + 8, end["y"] + 8, steps=5)
    await page.mouse.up()


async def _again(service: Installation, visit: Visit) -> Visit:
    async with service.database.read() as session:
        return await session.get_one(Visit, visit.id)


async def _visits(service: Installation, *states: VisitState) -> list[Visit]:
    async with service.database.read() as session:
        rows = await session.exec(select(Visit).where(col(Visit.state).in_(states)))
        return list(rows.all())
