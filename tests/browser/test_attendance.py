"""An official joins a visit that wants one and leaves it again, in real Chromium."""

from datetime import datetime, time, timedelta

import pytest
from playwright.async_api import Browser, expect

from tests.browser.appointment import booked
from tests.browser.conftest import TEHRAN, Installation
from tests.browser.people import open_page, sign_in
from visitation.words import Role

pytestmark = pytest.mark.browser


async def test_an_official_joins_a_wanted_visit_and_the_prisons_day_shows_it(
    service: Installation, browser: Browser
) -> None:
    day = service.clock().astimezone(TEHRAN).date() + timedelta(days=1)
    visit, _code = await booked(
        service,
        attendance=None,
        at_kiosk=True,
        after=datetime.combine(day, time(9), TEHRAN),
    )
    context = await browser.new_context(viewport={"width": 1280, "height": 900})

    warden = await open_page(context, service, "warden")
    await sign_in(warden, service, Role.WARDEN)
    await warden.goto(service.url("warden", f"/visits/{visit.reference}"))
    await warden.get_by_role("link", name="Official", exact=True).click()
    await warden.get_by_role("button", name="Ask for an official").click()
    await expect(warden.get_by_text("Wanted, and still to be found")).to_be_visible()

    official = await open_page(context, service, "official")
    await sign_in(official, service, Role.OFFICIAL)
    await official.goto(service.url("official", "/official"))
    await official.get_by_label("Where you attend from").select_option("phone")
    await official.get_by_role("button", name="Attend this visit").click()
    await expect(official.get_by_text("It is on your list.")).to_be_visible()

    scheduler = await open_page(context, service, "scheduler")
    await sign_in(scheduler, service, Role.SCHEDULER)
    await scheduler.goto(service.url("scheduler", f"/schedule?day={day}"))
    await expect(scheduler.get_by_text("With Official")).to_be_visible()

    await official.get_by_role("link", name="Change or leave").click()
    await official.get_by_label("Reason").fill("A hearing at the court")
    await official.get_by_role("button", name="Do not attend this visit").click()
    await expect(official.get_by_text("wants an official again")).to_be_visible()
    await expect(
        official.get_by_role("button", name="Attend this visit")
    ).to_be_visible()

    await scheduler.reload()
    await expect(scheduler.get_by_text("Official wanted")).to_be_visible()
    await scheduler.goto(service.url("scheduler", "/attendance"))
    await expect(scheduler.get_by_text("A hearing at the court")).to_be_visible()
