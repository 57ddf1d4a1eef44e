"""A day at a prison and a service point, for the tests of its pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from sqlmodel.ext.asyncio.session import AsyncSession

from tests.make import World
from tests.web.conftest import Site
from visitation import visits
from visitation.audit import SYSTEM
from visitation.devices import issue_pairing_code
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.people import Account, Visitor
from visitation.places import Station
from visitation.visits import Participant, Visit
from visitation.words import Attendance, Part, VisitKind

_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class Booked:
    visit: Visit
    prisoner: Participant
    visitor: Participant
    code: str


async def booked(
    session: AsyncSession,
    world: World,
    keyring: Keyring,
    *,
    starts_at: datetime,
    minutes: int = 30,
    state: VisitState = VisitState.BOOKED,
    kind: VisitKind = VisitKind.FAMILY,
    own_phone: bool = False,
    visitors: Iterable[Visitor] = (),
    official: Account | None = None,
    attendance: Attendance | None = None,
    terminal: Station | None = None,
) -> Booked:
    """A visit as booking leaves it: people, and a code for each visitor."""
    number = next(_numbers)
    ends_at = starts_at + timedelta(minutes=minutes)
    visit = Visit(
        reference=f"visit-{number}",
        kind=kind,
        state=state,
        starts_at=starts_at,
        ends_at=ends_at,
        booked_end_at=ends_at,
        prison_id=world.prison.id,
        terminal_id=(terminal or world.terminal).id,
        point_id=None if own_phone else world.point.id,
        kiosk_id=None if own_phone else world.kiosk.id,
        prisoner_id=world.prisoner.id,
        official_id=official.id if official else None,
        attendance=attendance or (Attendance.DESK if official else None),
        created_at=starts_at,
        changed_at=starts_at,
    )
    session.add(visit)
    await session.flush()
    held = await _takes_part(session, visit, Part.PRISONER)
    coming = [
        await _takes_part(session, visit, Part.VISITOR, visitor_id=visitor.id)
        for visitor in (*visitors,) or (world.visitor,)
    ]
    codes = [await visits.issue(session, one, keyring=keyring) for one in coming]
    if official:
        await _takes_part(session, visit, Part.OFFICIAL, account_id=official.id)
    return Booked(visit=visit, prisoner=held, visitor=coming[0], code=codes[0])


async def visit_now(site: Site, world: World, **columns: object) -> Booked:
    """A visit whose time is there."""
    async with site.database.write() as session:
        return await booked(
            session,
            world,
            site.keyring,
            **({"starts_at": site.clock()} | columns),  # type: ignore[arg-type]
        )


async def _takes_part(
    session: AsyncSession, visit: Visit, part: Part, **who: int
) -> Participant:
    participant = Participant(
        reference=f"part-{next(_numbers)}", visit_id=visit.id, part=part, **who
    )
    session.add(participant)
    await session.flush()
    return participant


async def become(site: Site, station: Station) -> None:
    """Pair the browser with a station."""
    async with site.database.write() as session:
        code = await issue_pairing_code(
            session,
            station_id=station.id,
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )
    response = await site.post("/pair", {"code": code})
    assert response.status == 303
