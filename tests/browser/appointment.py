"""A visit that is booked and about to begin, and the terminal it takes place at."""

from playwright.async_api import Page
from sqlmodel import select

from scheduler import booking, calendar
from tests.browser.conftest import Installation
from visitation import devices, visits
from visitation.audit import SYSTEM
from visitation.people.tables import Account, Prisoner, Visitor
from visitation.places.tables import Station
from visitation.visits import Visit
from visitation.words import Attendance, Role, StationKind, VisitKind


async def booked(service: Installation) -> tuple[Visit, str]:
    """A family visit that an official attends, now, and the family's code."""
    now = service.clock()
    async with service.database.write() as session:
        terminal = (
            await session.exec(
                select(Station).where(Station.kind == StationKind.TERMINAL)
            )
        ).one()
        official = (
            await session.exec(select(Account).where(Account.role == Role.OFFICIAL))
        ).one()
        prisoner = (await session.exec(select(Prisoner))).one()
        visitor = (await session.exec(select(Visitor))).one()
        (slot,) = await calendar.free(
            session, site_id=terminal.site_id, after=now, limit=1
        )
        visit = await booking.book(
            session,
            prison_id=terminal.site_id,
            terminal_id=slot.terminal_id,
            span=slot.span,
            kind=VisitKind.FAMILY,
            prisoner_id=prisoner.id,
            visitor_ids=[visitor.id],
            official_id=official.id,
            attendance=Attendance.DESK,
            keyring=service.keyring,
            by=SYSTEM,
            now=now,
        )
        code = next(
            code
            for person in await visits.participants(session, visit.id)
            if (code := visits.code_of(person, keyring=service.keyring))
        )
    return visit, code


async def paired(page: Page, service: Installation) -> None:
    """Make the page the prison's terminal."""
    async with service.database.write() as session:
        terminal = (
            await session.exec(
                select(Station).where(Station.kind == StationKind.TERMINAL)
            )
        ).one()
        code = await devices.issue_pairing_code(
            session,
            station_id=terminal.id,
            keyring=service.keyring,
            by=SYSTEM,
            now=service.clock(),
        )
    await page.goto(service.url("terminal", "/pair"))
    await page.get_by_label("Pairing code").fill(code)
    await page.get_by_role("button", name="Pair").click()
