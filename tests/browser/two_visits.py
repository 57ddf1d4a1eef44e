"""Two visits at two terminals of one prison, both about to begin."""

from dataclasses import dataclass

from playwright.async_api import BrowserContext, Page
from sqlmodel import select

from tests import make
from tests.browser.appointment import booked, paired
from tests.browser.conftest import Installation
from tests.browser.people import in_state, join_by_code, open_page
from visitation.people.tables import Prisoner, Visitor
from visitation.places.tables import Site, Station
from visitation.visits import Visit
from visitation.words import SiteKind, StationKind


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
    one, two = [
        await _arranged(service, terminal, prisoner, visitor)
        for terminal, prisoner, visitor in zip(
            terminals, prisoners, people, strict=True
        )
    ]
    return one, two


async def _arranged(
    service: Installation, terminal: Station, prisoner: Prisoner, visitor: Visitor
) -> Arranged:
    visit, code = await booked(
        service,
        attendance=None,
        terminal=terminal,
        prisoner=prisoner,
        visitor=visitor,
    )
    return Arranged(visit=visit, code=code, phone=visitor.phone or "")


async def both_waiting(
    context: BrowserContext, service: Installation, made: Arranged, number: int
) -> tuple[Page, Page]:
    """The family's phone and the prison's terminal, in the waiting room."""
    host, desk = f"family{number}", f"terminal{number}"
    family = await open_page(context, service, host)
    await join_by_code(family, service, made.code, made.phone, host=host)
    await family.goto(service.url(host, f"/call/{made.visit.reference}"))
    await in_state(family, "waiting")
    terminal = await open_page(context, service, desk)
    await paired(terminal, service, host=desk, station_id=made.visit.terminal_id)
    await in_state(terminal, "waiting")
    return family, terminal
