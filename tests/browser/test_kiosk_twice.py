"""A station that a second device takes over: the first one says so by itself."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Installation
from tests.browser.people import PATIENCE_MS
from tests.browser.test_kiosk import paired_kiosk

pytestmark = pytest.mark.browser

#: Until the board is asked for again, and until the page goes where it is told.
NEXT_BOARD, GOES_ON = "00:31", "00:02"


async def test_the_first_device_tells_that_another_took_its_place(
    service: Installation, browser: Browser
) -> None:
    first = await paired_kiosk(await browser.new_context(), service)
    await first.clock.install()
    await first.reload()

    second = await paired_kiosk(await browser.new_context(), service, instead=True)
    async with first.expect_response("**/station/board"):
        await first.clock.run_for(NEXT_BOARD)
    await first.clock.run_for(GOES_ON)

    told = first.get_by_role("heading", name="This device is not in use here any more")
    await expect(told).to_be_visible(timeout=PATIENCE_MS)
    await expect(first.get_by_text("Another device took its place")).to_be_visible()
    await second.reload()
    await expect(second.locator("#door-visit")).to_be_visible()
