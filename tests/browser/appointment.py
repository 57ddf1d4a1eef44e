"""Visits that are booked and about to begin, and the stations they take place at."""

from datetime import datetime

from playwright.async_api import Page
from sqlmodel import select

from scheduler import booking, calendar
from tests.browser.conftest import PHONE, Installation
from tests.browser.people import in_state, join_by_code
from visitation import devices, visits
from visitation.audit import SYSTEM
from visitation.people.tables import Account, Prisoner, Visitor
from visitation.places.tables import Station
from visitation.visits import Visit
from visitation.words import Attendance, Role, StationKind, VisitKind


async def station(service: Installation, kind: StationKind) -> Station:
    """The prison's terminal, or the village's kiosk."""
    async with service.database.read() as session:
        return (await session.exec(select(Station).where(Station.kind == kind))).one()


async def booked(
    service: Installation,
    *,
    attendance: Attendance | None = Attendance.DESK,
    at_kiosk: bool = False,
    terminal: Station | None = None,
    prisoner: Prisoner | None = None,
    visitor: Visitor | None = None,
    after: datetime | None = None,
) -> tuple[Visit, str]:
    """A family visit in the next free slot, and the family's code.

    Whoever is not named is the only one there is. The official attends as `attendance`
    says, or not at all.
    """
    now = service.clock()
    terminal = terminal or await station(service, StationKind.TERMINAL)
    kiosk = await station(service, StationKind.KIOSK) if at_kiosk else None
    async with service.database.write() as session:
        official = (
            await session.exec(select(Account).where(Account.role == Role.OFFICIAL))
        ).one()
        prisoner = prisoner or (await session.exec(select(Prisoner))).one()
        visitor = visitor or (await session.exec(select(Visitor))).one()
        free = await calendar.free(
            session, site_id=terminal.site_id, after=after or now, limit=4
        )
        visit = await booking.book(
            session,
            prison_id=terminal.site_id,
            terminal_id=terminal.id,
            kiosk_id=kiosk and kiosk.id,
            span=next(one.span for one in free if one.terminal_id == terminal.id),
            kind=VisitKind.FAMILY,
            prisoner_id=prisoner.id,
            visitor_ids=[visitor.id],
            official_id=official.id if attendance else None,
            attendance=attendance,
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


async def paired(
    page: Page,
    service: Installation,
    *,
    host: str = "terminal",
    station_id: int | None = None,
    instead: bool = False,
) -> None:
    """Make the page a station: the prison's terminal, unless another one is named.

    `instead` of a device that is in that place already.
    """
    if station_id is None:
        station_id = (await station(service, StationKind.TERMINAL)).id
    async with service.database.write() as session:
        code = await devices.issue_pairing_code(
            session,
            station_id=station_id,
            keyring=service.keyring,
            by=SYSTEM,
            now=service.clock(),
        )
    await page.goto(service.url(host, "/pair"))
    await page.get_by_label("Pairing code").fill(code)
    await page.get_by_role("button", name="Pair").click()
    if instead:
        await page.get_by_role("button", name="Put this device in its place").click()
    # Whoever goes on elsewhere before the answer has no station yet.
    await page.wait_for_url(lambda url: not url.endswith("/pair"))


async def both_wait(
    family: Page, terminal: Page, service: Installation, visit: Visit, code: str
) -> None:
    """The prison's terminal and the family's phone, in the waiting room."""
    await paired(terminal, service)
    await in_state(terminal, "waiting")
    await join_by_code(family, service, code, PHONE)
    await family.goto(service.url("family", f"/call/{visit.reference}"))
    await in_state(family, "waiting")
