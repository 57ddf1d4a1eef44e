"""A machine whose clock is two hours off says so, and counts right all the same."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.appointment import booked
from tests.browser.conftest import PHONE, Installation
from tests.browser.people import in_state, join_by_code, open_page, sign_in
from visitation.words import Role

pytestmark = pytest.mark.browser

#: Whatever a page asks about the time, it hears this much more.
SHIFTED = """
(() => {
  const Real = Date;
  window.Date = class extends Real {
    constructor(...parts) {
      if (parts.length) super(...parts);
      else super(Real.now() + SHIFT);
    }
    static now() {
      return Real.now() + SHIFT;
    }
  };
})();
"""


async def test_a_clock_two_hours_fast_is_named_and_believed_nowhere(
    browser: Browser, service: Installation
) -> None:
    visit, code = await booked(service)
    wrong = await _shifted(browser, service, timedelta(hours=2))
    for role, path in ((Role.WARDEN, "/warden"), (Role.CLERK, "/clerk")):
        page = await open_page(wrong, service, role.value)
        await sign_in(page, service, role)
        await page.goto(service.url(role.value, path))
        await _warns(page, "fast by 2 hours")
        await page.close()

    service.clock.forward(visit.starts_at - service.clock() - timedelta(minutes=5))
    wrong = await _shifted(browser, service, timedelta(hours=-1, minutes=-59))
    family = await open_page(wrong, service, "family")
    await join_by_code(family, service, code, PHONE)
    await _warns(family, "slow by 1 hour and 59 minutes")
    await family.goto(service.url("family", f"/call/{visit.reference}"))
    await in_state(family, "waiting")
    await _warns(family, "slow by 1 hour and 59 minutes")

    right = await _shifted(browser, service, timedelta(seconds=90))
    page = await open_page(right, service, "warden")
    await sign_in(page, service, Role.WARDEN)
    await expect(page.locator(".clock")).to_be_hidden()


async def _shifted(
    browser: Browser, service: Installation, off: timedelta
) -> BrowserContext:
    """A browser whose clock is that much ahead of the service's."""
    shift = service.clock() + off - datetime.now(UTC)
    context = await browser.new_context()
    await context.add_init_script(
        SHIFTED.replace("SHIFT", str(round(shift.total_seconds() * 1000)))
    )
    return context


async def _warns(page: Page, words: str) -> None:
    await expect(page.locator(".clock:visible")).to_have_count(1)
    await expect(page.locator(".clock")).to_contain_text(words)
