"""Firefox and Chromium in one call, through the real service."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.browser.appointment import booked, paired
from tests.browser.conftest import PHONE, Installation
from tests.browser.firefox import Firefox, firefox
from tests.browser.people import in_state, let_in, open_page, sees_and_hears

pytestmark = pytest.mark.browser


async def test_firefox_and_chromium_see_and_hear_each_other(
    service: Installation, browser: Browser, tmp_path: Path
) -> None:
    visit, code = await booked(service)
    terminal, warden = await at_the_prison(service, browser)
    async with firefox(tmp_path) as family:
        await enter(family, service, visit.reference, code)
        await let_in(warden, service)

        await sees_and_hears(terminal, "visitor")
        await also_sees_and_hears(family, "prisoner")

        # A reload replaces both legs of the one, and none of the other.
        await family.reload()
        await family.until("document.documentElement.dataset.callState === 'live'")
        await also_sees_and_hears(family, "prisoner")
        await sees_and_hears(terminal, "visitor")


async def at_the_prison(service: Installation, browser: Browser) -> tuple[Page, Page]:
    """A terminal in the waiting room, and the page from which a warden lets in."""
    context = await browser.new_context()
    terminal = await open_page(context, service, "terminal")
    warden = await open_page(context, service, "warden")
    await paired(terminal, service)
    await in_state(terminal, "waiting")
    return terminal, warden


async def enter(
    family: Firefox, service: Installation, reference: str, code: str
) -> None:
    """Type the code as a family does, and go on to the waiting room."""
    await family.goto(service.url("family", "/join"))
    await family.evaluate(
        """(() => {
          const form = document.querySelector("main form");
          form.elements.code.value = a[0];
          form.elements.phone.value = a[1];
          // The answer to this has to leave before the page does.
          setTimeout(() => form.requestSubmit());
        })()""",
        code,
        PHONE[-4:],
    )
    await family.until("location.pathname.endsWith('/check')")
    await family.goto(service.url("family", f"/call/{reference}"))
    await family.until("document.documentElement.dataset.callState === 'waiting'")


async def also_sees_and_hears(family: Firefox, part: str) -> None:
    """Wait until picture and sound of a part grow in Firefox."""
    before = await arrived(family, part)
    now = before
    for _ in range(120):
        await asyncio.sleep(0.25)
        now = await arrived(family, part)
        if now[0] > before[0] + 5 and now[1] > before[1]:
            return
    raise AssertionError(f"{part} is not seen and heard: {before} then {now}")


async def arrived(family: Firefox, part: str) -> tuple[int, float]:
    """How many frames of a part were decoded, and how much sound."""
    inspected = await family.evaluate("visitation.inspect()")
    people = {one["part"]: one for one in inspected["people"]}
    person = people.get(part, {"frames": 0, "energy": 0.0})
    return person["frames"], person["energy"]
