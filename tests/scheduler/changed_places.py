"""What may change about places, days and officials; and every change there may be."""

from datetime import date, time, timedelta
from typing import Any

from scheduler import closures
from scheduler.proposals import Refusal
from tests import make
from tests.scheduler import changes
from tests.scheduler.changes import HOUR, TOMORROW, Case, Step, decide, nothing
from tests.scheduler.flagged import DAY, TEN
from visitation import people, places
from visitation.people import hours
from visitation.people.hours import Week
from visitation.places import Site, grants, holidays, mobile, postponing
from visitation.places.itinerary import Stop
from visitation.places.tables import Province
from visitation.timespan import Timespan
from visitation.words import Attendance, ContactState, SiteKind


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


async def move_day(case: Case) -> None:
    await postponing.move_day(
        case.session,
        case.made["day"],
        day=TOMORROW + DAY,
        reason="برف",
        reference="later",
        **case.by,
    )


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


def send_out(days: int) -> Step:
    async def sent(case: Case) -> None:
        village = case.made.get("village") or await make.point(
            case.session,
            await case.session.get_one(Province, case.world.prison.province_id),
            kind=SiteKind.VILLAGE,
            name="ده پایین",
        )
        case.made["village"] = village
        start = TEN - HOUR + days * DAY
        await mobile.plan_day(
            case.session,
            office=case.world.point,
            day=TOMORROW + days * DAY,
            stops=[stop(village, Timespan(start, start + 2 * HOUR))],
            reference=f"in {days} days",
            **case.by,
        )

    return sent


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
    "transferred": (
        nothing,
        changes.transfer,
        Refusal.PRISONER_ELSEWHERE,
        changes.transfer_back,
    ),
    "released": (
        nothing,
        changes.release,
        Refusal.PRISONER_RELEASED,
        changes.take_back,
    ),
    "in court": (
        nothing,
        changes.to_court,
        Refusal.PRISONER_AWAY,
        changes.court_cancelled,
    ),
    "kept apart": (
        changes.with_an_enemy,
        changes.keep_apart,
        Refusal.KEPT_APART,
        changes.let_meet,
    ),
    "kept apart, the other cancelled": (
        changes.with_an_enemy,
        changes.keep_apart,
        Refusal.KEPT_APART,
        changes.enemy_comes_no_more,
    ),
    "barred": (nothing, changes.bar, Refusal.BARRED, changes.lift_bar),
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
    "mobile day moved": (in_a_village, move_day, Refusal.KIOSK_NOT_THERE, reinstate),
    "mobile office stops later": (
        in_a_village,
        stop_at(HOUR),
        Refusal.KIOSK_NOT_THERE,
        stop_at(-HOUR),
    ),
    "the office begins to travel": (
        nothing,
        send_out(5),
        Refusal.KIOSK_NOT_THERE,
        send_out(0),
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
