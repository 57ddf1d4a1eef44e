"""Two visits at two terminals of one prison, both about to begin."""

from dataclasses import dataclass

from playwright.async_api import BrowserContext, Page
from sqlmodel import select

from scheduler import booking, calendar
from tests import make
from tests.browser.conftest import Installation
from tests.browser.people import in_state, open_page
from visitation import devices, visits
from visitation.audit import SYSTEM
from visitation.people.tables import Prisoner, Visitor
from visitation.places.tables import Site, Station
from visitation.visits import Visit
from visitation.words import SiteKind, StationKind, VisitKind


@dataclass(frozen=True, kw_only=True)
class Arranged:
    """A visit, the code of its family, and the last digits of their phone."""

    visit: Visit
    code: str
    phone: str


async def arranged(service: Installation) -> tuple[Arranged, Arranged]:
    """Two family visits in the first free slot of either terminal."""
    async with service.database.write() as session:
        prison = (
            await session.exec(select(Site).where(Site.kind == SiteKind.PRISON))
        ).one()
        await make.terminal(session, prison, name="کابین ۲")
        other = await make.prisoner(
            session, prison, name="محمد احمدی‌نژاد طالقانی", number="1002"
        )
        wife = await make.visitor(
            session, name="مریم سادات حسینی", phone="+989127654321"
        )
        await make.contact(session, other, wife)
    async with service.database.read() as session:
        prisoners = (await session.exec(select(Prisoner).order_by(Prisoner.id))).all()
        people = (await session.exec(select(Visitor).order_by(Visitor.id))).all()
        terminals = (
            await session.exec(
                select(Station)
                .where(Station.kind == StationKind.TERMINAL)
                .order_by(Station.id)
            )
        ).all()
    made = [
        await _booked(service, station, prisoner, visitor)
        for station, prisoner, visitor in zip(terminals, prisoners, people, strict=True)
    ]
    return made[0], made[1]


async def both_waiting(
    context: BrowserContext, service: Installation, made: Arranged, number: int
) -> tuple[Page, Page]:
    """The family's phone and the prison's terminal, in the waiting room."""
    family = await open_page(context, service, f"family{number}")
    await family.goto(service.url(f"family{number}", "/join"))
    await family.get_by_label("Code of the visit").fill(made.code)
    await family.get_by_label("Last four digits of your phone").fill(made.phone[-4:])
    await family.get_by_role("button", name="Go on").click()
    await family.wait_for_url("**/check*")
    await family.goto(service.url(f"family{number}", f"/call/{made.visit.reference}"))
    await in_state(family, "waiting")
    terminal = await open_page(context, service, f"terminal{number}")
    await paired_for(terminal, service, made.visit, f"terminal{number}")
    await in_state(terminal, "waiting")
    return family, terminal


async def paired_for(
    page: Page, service: Installation, visit: Visit, host: str
) -> None:
    """Make the page the terminal of a visit, in the visit."""
    async with service.database.write() as session:
        code = await devices.issue_pairing_code(
            session,
            station_id=visit.terminal_id,
            keyring=service.keyring,
            by=SYSTEM,
            now=service.clock(),
        )
    await page.goto(service.url(host, "/pair"))
    await page.get_by_label("Pairing code").fill(code)
    await page.get_by_role("button", name="Pair").click()
    await page.wait_for_url("**/station*")
    await page.goto(service.url(host, f"/call/{visit.reference}"))


async def _booked(
    service: Installation, station: Station, prisoner: Prisoner, visitor: Visitor
) -> Arranged:
    now = service.clock()
    async with service.database.write() as session:
        free = await calendar.free(session, site_id=station.site_id, after=now, limit=4)
        slot = next(one for one in free if one.terminal_id == station.id)
        visit = await booking.book(
            session,
            prison_id=station.site_id,
            terminal_id=station.id,
            span=slot.span,
            kind=VisitKind.FAMILY,
            prisoner_id=prisoner.id,
            visitor_ids=[visitor.id],
            keyring=service.keyring,
            by=SYSTEM,
            now=now,
        )
        code = next(
            code
            for person in await visits.participants(session, visit.id)
            if (code := visits.code_of(person, keyring=service.keyring))
        )
    return Arranged(visit=visit, code=code, phone=visitor.phone or "")
