"""An official joins a visit that wants one and leaves it again, in real Chromium."""

from datetime import datetime, time, timedelta

import pytest
from playwright.async_api import Browser, expect
from sqlmodel import select

from scheduler import booking, calendar
from tests.browser.conftest import TEHRAN, Installation
from tests.browser.people import open_page, sign_in
from visitation.audit import SYSTEM
from visitation.people import Prisoner, Visitor
from visitation.places import Site, Station
from visitation.visits import Visit
from visitation.words import Role, SiteKind, StationKind, VisitKind

pytestmark = pytest.mark.browser


async def _booked(service: Installation) -> Visit:
    """Tomorrow's first slot, at the village's kiosk."""
    now = service.clock()
    tomorrow = now.astimezone(TEHRAN).date() + timedelta(days=1)
    async with service.database.write() as session:
        prison = (
            await session.exec(select(Site).where(Site.kind == SiteKind.PRISON))
        ).one()
        kiosk = (
            await session.exec(select(Station).where(Station.kind == StationKind.KIOSK))
        ).one()
        prisoner = (await session.exec(select(Prisoner))).one()
        visitor = (await session.exec(select(Visitor))).one()
        (slot,) = await calendar.free(
            session,
            site_id=prison.id,
            after=datetime.combine(tomorrow, time(9), TEHRAN),
            limit=1,
        )
        return await booking.book(
            session,
            prison_id=prison.id,
            terminal_id=slot.terminal_id,
            span=slot.span,
            kind=VisitKind.FAMILY,
            prisoner_id=prisoner.id,
            visitor_ids=[visitor.id],
            kiosk_id=kiosk.id,
            keyring=service.keyring,
            by=SYSTEM,
            now=now,
        )


async def test_an_official_joins_a_wanted_visit_and_the_prisons_day_shows_it(
    service: Installation, browser: Browser
) -> None:
    visit = await _booked(service)
    day = visit.starts_at.astimezone(TEHRAN).date().isoformat()
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
    await expect(
        official.get_by_role("button", name="Attend this visit")
    ).to_be_visible()

    await scheduler.reload()
    await expect(scheduler.get_by_text("Official wanted")).to_be_visible()
    await scheduler.goto(service.url("scheduler", "/attendance"))
    await expect(scheduler.get_by_text("A hearing at the court")).to_be_visible()
