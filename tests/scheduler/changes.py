"""What may change under a booked visit, and how each change is undone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, closures
from scheduler.proposals import Refusal
from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.scheduler.flagged import DAY, TEN, actor, at, book
from visitation import people, places
from visitation.keyring import Keyring
from visitation.people import hours
from visitation.people.hours import Week
from visitation.places import Site, grants, holidays, mobile
from visitation.places.itinerary import Stop
from visitation.places.tables import Province
from visitation.timespan import Timespan
from visitation.words import (
    AppointmentKind,
    Attendance,
    ContactState,
    Outcome,
    SiteKind,
)

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


async def shut(case: Case) -> None:
    case.made["closure"] = await closures.close(
        case.session,
        site_id=case.world.prison.id,
        station_id=None,
        span=Timespan(TEN - 2 * HOUR, TEN + 2 * HOUR),
        reason="قطع برق",
        over_visits=True,
        **case.by,
    )


async def open_again(case: Case) -> None:
    await closures.lift(case.session, case.made["closure"], **case.by)


def break_down(seat: str) -> Step:
    async def broken(case: Case) -> None:
        station = getattr(case.world, seat)
        await places.take_out_of_order(case.session, station, reason="-", **case.by)

    return broken


def repair(seat: str) -> Step:
    async def repaired(case: Case) -> None:
        await places.put_in_order(case.session, getattr(case.world, seat), **case.by)

    return repaired


async def in_a_village(case: Case) -> dict[str, Any]:
    """The family comes to a mobile office that stands in its village."""
    village = await make.point(
        case.session,
        await case.session.get_one(Province, case.world.prison.province_id),
        kind=SiteKind.VILLAGE,
        name="ده بالا",
    )
    case.made["village"] = village
    case.made["day"] = await mobile.plan_day(
        case.session,
        office=case.world.point,
        day=TOMORROW,
        stops=[stop(village, Timespan(TEN - HOUR, TEN + HOUR))],
        reference="d",
        **case.by,
    )
    return {}


def stop(village: Site, span: Timespan) -> Stop:
    return Stop(village_id=village.id, span=span, travel=timedelta(0))


async def cancel_day(case: Case) -> None:
    day = case.made["day"]
    await mobile.cancel_day(case.session, day, reason="برف", **case.by)


async def reinstate(case: Case) -> None:
    await mobile.reinstate(case.session, case.made["day"], **case.by)


def stop_at(start: timedelta) -> Step:
    async def changed(case: Case) -> None:
        span = Timespan(TEN + start, TEN + start + 2 * HOUR)
        stops = [stop(case.made["village"], span)]
        await mobile.change_stops(
            case.session, case.made["day"], stops=stops, **case.by
        )

    return changed


async def declare_holiday(case: Case) -> None:
    case.made["holiday"] = await holidays.add(
        case.session,
        day=TOMORROW,
        name="عید",
        province_id=case.world.prison.province_id,
        **case.by,
    )


async def strike_out(case: Case) -> None:
    await holidays.strike_out(case.session, case.made["holiday"], **case.by)


async def with_the_official(case: Case) -> dict[str, Any]:
    return {"official_id": case.world.official.id}


async def other_hours(case: Case) -> None:
    case.made["hours"] = await hours.add_hours(
        case.session,
        case.world.official,
        Week(
            weekday=TOMORROW.weekday(),
            starts=time(15),
            ends=time(17),
            zone="Asia/Tehran",
            attendance=Attendance.DESK,
            valid_from=date(2026, 11, 1),
        ),
        **case.by,
    )


async def no_hours(case: Case) -> None:
    await hours.end_hours(case.session, case.made["hours"], **case.by)


async def disable(case: Case) -> None:
    await people.disable_account(case.session, case.world.official, **case.by)


async def enable(case: Case) -> None:
    await people.enable_account(case.session, case.world.official, **case.by)


async def from_another_province(case: Case) -> dict[str, Any]:
    """The kiosk stands in a province that was granted to the prison."""
    session = case.session
    other = await make.province(session, name="یزد")
    point = await make.point(session, other, kind=SiteKind.OFFICE)
    case.made["province"] = other
    await admit(case)
    return {"kiosk_id": (await make.kiosk(session, point)).id}


async def admit(case: Case) -> None:
    case.made["grant"] = await grants.grant_province(
        case.session,
        prison=case.world.prison,
        province_id=case.made["province"].id,
        reason="-",
        until=None,
        **case.by,
    )


async def end_grant(case: Case) -> None:
    await grants.end_grant(case.session, case.made.pop("grant"), **case.by)


#: What is there before, what changes, the reason it gives, and what undoes it.
CASES: dict[str, tuple[Step, Step, Refusal, Step]] = {
    "transferred": (nothing, transfer, Refusal.PRISONER_ELSEWHERE, transfer_back),
    "released": (nothing, release, Refusal.PRISONER_RELEASED, take_back),
    "in court": (nothing, to_court, Refusal.PRISONER_AWAY, court_cancelled),
    "kept apart": (with_an_enemy, keep_apart, Refusal.KEPT_APART, let_meet),
    "kept apart, the other cancelled": (
        with_an_enemy,
        keep_apart,
        Refusal.KEPT_APART,
        enemy_comes_no_more,
    ),
    "barred": (nothing, bar, Refusal.BARRED, lift_bar),
    "banned": (
        nothing,
        decide(ContactState.BANNED, 30 * DAY),
        Refusal.BANNED,
        decide(ContactState.APPROVED),
    ),
    "approval withdrawn": (
        nothing,
        decide(ContactState.SUSPENDED),
        Refusal.NOT_APPROVED,
        decide(ContactState.APPROVED),
    ),
    "closed": (nothing, shut, Refusal.CLOSED, open_again),
    "terminal broken": (
        nothing,
        break_down("terminal"),
        Refusal.TERMINAL_OUT_OF_ORDER,
        repair("terminal"),
    ),
    "kiosk broken": (
        nothing,
        break_down("kiosk"),
        Refusal.KIOSK_OUT_OF_ORDER,
        repair("kiosk"),
    ),
    "mobile day cancelled": (
        in_a_village,
        cancel_day,
        Refusal.KIOSK_NOT_THERE,
        reinstate,
    ),
    "mobile office stops later": (
        in_a_village,
        stop_at(HOUR),
        Refusal.KIOSK_NOT_THERE,
        stop_at(-HOUR),
    ),
    "holiday": (nothing, declare_holiday, Refusal.HOLIDAY, strike_out),
    "official at other hours": (
        with_the_official,
        other_hours,
        Refusal.OFFICIAL_NOT_THEN,
        no_hours,
    ),
    "official gone": (
        with_the_official,
        disable,
        Refusal.OFFICIAL_NOT_ACTIVE,
        enable,
    ),
    "province not admitted": (
        from_another_province,
        end_grant,
        Refusal.OTHER_PROVINCE,
        admit,
    ),
}
