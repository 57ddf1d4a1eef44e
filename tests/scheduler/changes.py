"""What may change about the people of a booked visit, and how it is undone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking
from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.scheduler.flagged import TEN, actor, at, book
from visitation import people
from visitation.keyring import Keyring
from visitation.timespan import Timespan
from visitation.words import AppointmentKind, ContactState, Outcome

HOUR = timedelta(hours=1)
TOMORROW = date(2026, 11, 24)


@dataclass
class Case:
    """A world, the session it is changed in, and what was made on the way."""

    session: AsyncSession
    world: World
    keyring: Keyring
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def by(self) -> dict[str, Any]:
        return {"by": actor(self.world.scheduler), "now": NOON}

    def enter(self, session: AsyncSession) -> "Case":
        """Go on in another session, with the same rows."""
        self.session = session
        rows = {name: getattr(self.world, name) for name in self.world.__slots__}
        session.add_all([*rows.values(), *self.made.values()])
        return self


Step = Callable[[Case], Awaitable[Any]]


async def nothing(case: Case) -> dict[str, Any]:
    return {}


async def transfer(case: Case) -> None:
    other = await make.prison(case.session, name="زندان دیگر")
    await people.transfer_prisoner(
        case.session, case.world.prisoner, to_site=other.id, number="7", **case.by
    )


async def transfer_back(case: Case) -> None:
    home = case.world.prison.id
    await people.transfer_prisoner(
        case.session, case.world.prisoner, to_site=home, number="7", **case.by
    )


async def release(case: Case) -> None:
    await people.release_prisoner(case.session, case.world.prisoner, **case.by)


async def take_back(case: Case) -> None:
    await people.take_back_prisoner(case.session, case.world.prisoner, **case.by)


async def to_court(case: Case) -> None:
    case.made["court"] = await people.add_appointment(
        case.session,
        prisoner_id=case.world.prisoner.id,
        kind=AppointmentKind.COURT,
        span=Timespan(TEN - HOUR, TEN + HOUR),
        **case.by,
    )


async def court_cancelled(case: Case) -> None:
    await people.cancel_appointment(case.session, case.made["court"], **case.by)


async def with_an_enemy(case: Case) -> dict[str, Any]:
    """Another prisoner has a visit on that day, at seats of its own."""
    session, world = case.session, case.world
    enemy = await make.prisoner(session, world.prison)
    brother = await make.visitor(session)
    await make.contact(session, enemy, brother)
    case.made["enemy"] = enemy
    case.made["theirs"] = await book(
        session,
        world,
        case.keyring,
        prisoner_id=enemy.id,
        visitor_ids=[brother.id],
        terminal_id=(await make.terminal(session, world.prison)).id,
        kiosk_id=(await make.kiosk(session, world.point)).id,
        span=at(TEN + 2 * HOUR),
    )
    return {}


async def keep_apart(case: Case) -> None:
    pair = (case.world.prisoner.id, case.made["enemy"].id)
    case.made["pair"] = await people.keep_apart(
        case.session, *pair, reason="نزاع", **case.by
    )


async def let_meet(case: Case) -> None:
    await people.let_meet(case.session, case.made["pair"], **case.by)


async def enemy_comes_no_more(case: Case) -> None:
    await people.release_prisoner(case.session, case.made["enemy"], **case.by)
    await booking.cancel(
        case.session,
        visit=case.made["theirs"],
        outcome=Outcome.CANCELLED_BY_PRISON,
        reason="آزادی",
        **case.by,
    )


async def bar(case: Case) -> None:
    case.made["bar"] = await people.order_bar(
        case.session,
        prisoner_id=case.world.prisoner.id,
        starts_at=NOON,
        ends_at=None,
        order_number="1",
        judge="-",
        **case.by,
    )


async def lift_bar(case: Case) -> None:
    await people.lift_bar(case.session, case.made["bar"], **case.by)


def decide(state: ContactState, until: timedelta | None = None) -> Step:
    async def decided(case: Case) -> None:
        await people.decide_contact(
            case.session,
            case.world.contact,
            state=state,
            reason="-",
            banned_until=NOON + until if until else None,
            **case.by,
        )

    return decided
