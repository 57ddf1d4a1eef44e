"""What is offered for a flagged visit, and what comes of it."""

from datetime import timedelta

import pytest
from sqlmodel import select

from scheduler import fitting, remedies, review
from scheduler.fitting import Fit
from scheduler.proposals import Refusal
from scheduler.remedies import NotOffered, Remedies
from tests import make
from tests.conftest import NOON
from tests.scheduler import changed_places, changes
from tests.scheduler.changes import Case
from tests.scheduler.flagged import (
    DAY,
    TEN,
    WHY,
    actor,
    at,
    book,
    flags,
    standing,
)
from visitation import messages, places
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.places import mobile
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.wording import Template
from visitation.words import Outcome

HOUR = timedelta(hours=1)
SHUT = Outcome.CANCELLED_BY_CLOSURE
PRISON = Outcome.CANCELLED_BY_PRISON


@pytest.mark.parametrize(
    ("reasons", "offered"),
    [
        ([], Remedies()),
        ([Refusal.CLOSED], Remedies(keep=True, move=True, outcome=SHUT)),
        ([Refusal.TERMINAL_OUT_OF_ORDER], Remedies(keep=True, move=True)),
        ([Refusal.PRISONER_RELEASED], Remedies()),
        ([Refusal.PRISONER_ELSEWHERE], Remedies(keep=True, anew=True)),
        ([Refusal.CLOSED, Refusal.BARRED], Remedies(move=True, outcome=SHUT)),
        ([Refusal.BARRED, Refusal.NOT_APPROVED], Remedies(outcome=PRISON)),
    ],
    ids=str,
)
def test_what_is_offered_follows_from_the_reasons(
    reasons: list[str], offered: Remedies
) -> None:
    assert remedies.remedies(reasons) == offered


def test_whatever_can_be_flagged_has_remedies() -> None:
    for reason in set(Refusal) - review.OF_BOOKING:
        assert remedies.remedies([reason.value]).outcome in {SHUT, PRISON}


async def broken(case: Case) -> Visit:
    """The world's visit at a terminal that is out of order, flagged."""
    visit = await book(case.session, case.world, case.keyring)
    await changed_places.break_down("terminal")(case)
    await review.judge(case.session, visit.id, now=NOON)
    return visit


async def test_a_kept_visit_is_decided_on_until_the_cause_is_another(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        case = Case(session, await make.world(session), keyring)
        visit = await broken(case)
        for _ in range(2):
            await remedies.keep(session, visit, because=WHY, **case.by)
        assert await remedies.undecided(session, visit.id) == []
        await changes.release(case)
        await review.judge(session, visit.id, now=NOON)
        assert await flags(session, visit) == [
            (Refusal.TERMINAL_OUT_OF_ORDER, True, False),
            (Refusal.PRISONER_RELEASED, False, False),
        ]
        kept = await session.exec(
            select(AuditEntry).where(AuditEntry.action == "keep_flag")
        )
        assert [entry.actor for entry in kept] == [actor(case.world.scheduler).key]


async def test_nobody_keeps_what_nobody_may_pass_over(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        case = Case(session, await make.world(session), keyring)
        visit = await broken(case)
        with pytest.raises(Invalid, match="reason"):
            await remedies.keep(session, visit, because="  ", **case.by)
        await changes.bar(case)
        await review.judge(session, visit.id, now=NOON)
        with pytest.raises(NotOffered):
            await remedies.keep(session, visit, because=WHY, **case.by)
        assert [kept for _reason, kept, _gone in await flags(session, visit)] == [
            False,
            False,
        ]


async def nearest(case: Case, visit: Visit) -> Fit | None:
    reasons = await standing(case.session, visit)
    return await fitting.nearest(case.session, visit, reasons=reasons, now=NOON)


async def test_another_terminal_at_the_same_time_is_nearest(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        case = Case(session, await make.world(session), keyring)
        other = await make.terminal(session, case.world.prison)
        visit = await broken(case)
        fit = await nearest(case, visit)
        assert fit == Fit(
            span=at(TEN), terminal_id=other.id, kiosk_id=case.world.kiosk.id
        )
        await remedies.move(session, visit, fit, **case.by)
        await remedies.move(session, visit, fit, **case.by)
        told = await messages.of_visit(session, visit_id=visit.id)
        assert visit.terminal_id == other.id
        assert await remedies.undecided(session, visit.id) == []
        # For the family it is the same time at the same place.
        assert [one.template for one in told] == [Template.BOOKED, Template.BOOKED]


async def test_who_must_not_meet_is_moved_to_the_next_day(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        case = Case(session, await make.world(session), keyring)
        await make.policy(session, case.world.prison, visits_per_week=2)
        visit = await book(
            session, case.world, keyring, **await changes.with_an_enemy(case)
        )
        await changes.keep_apart(case)
        await review.judge(session, visit.id, now=NOON)
        fit = await nearest(case, visit)
    assert fit is not None
    assert fit.span.start.date() == (TEN + DAY).date()


async def test_a_village_visit_moves_to_when_the_office_is_there_again(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        case = Case(session, await make.world(session), keyring)
        visit = await book(
            session, case.world, keyring, **await changed_places.in_a_village(case)
        )
        await changed_places.cancel_day(case)
        await review.judge(session, visit.id, now=NOON)
        assert await nearest(case, visit) is None
        back = TEN + 3 * DAY
        await mobile.plan_day(
            session,
            office=case.world.point,
            day=changes.TOMORROW + 3 * DAY,
            stops=[
                changed_places.stop(
                    case.made["village"], Timespan(back, back + 2 * HOUR)
                )
            ],
            reference="again",
            **case.by,
        )
        fit = await nearest(case, visit)
    assert fit == Fit(
        span=at(back), terminal_id=case.world.terminal.id, kiosk_id=case.world.kiosk.id
    )


async def test_a_released_prisoners_visit_goes_nowhere(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        case = Case(session, await make.world(session), keyring)
        visit = await book(session, case.world, keyring)
        await changes.release(case)
        await review.judge(session, visit.id, now=NOON)
        assert await nearest(case, visit) is None
        with pytest.raises(NotOffered):
            await remedies.move(
                session,
                visit,
                Fit(
                    span=at(TEN + DAY),
                    terminal_id=visit.terminal_id,
                    kiosk_id=visit.kiosk_id,
                ),
                **case.by,
            )


async def test_a_repaired_terminal_needs_no_decision(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        case = Case(session, await make.world(session), keyring)
        visit = await broken(case)
        await places.put_in_order(session, case.world.terminal, **case.by)
        await review.judge(session, visit.id, now=NOON)
        await remedies.keep(session, visit, because=WHY, **case.by)
        assert await flags(session, visit) == [
            (Refusal.TERMINAL_OUT_OF_ORDER, False, True)
        ]
