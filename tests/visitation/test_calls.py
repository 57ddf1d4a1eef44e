"""Entering, starting, extending and ending a visit, on both databases."""

from datetime import timedelta

import pytest

from tests import make
from tests.conftest import NOON
from tests.visitation.booked import booked
from tests.visitation.calling import at, live, part, quanta
from visitation import audit, calls, messages, visits
from visitation.admission import Denial
from visitation.calls import Denied
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.keyring import Keyring
from visitation.lifecycle import (
    IllegalMove,
    MessageState,
    ParticipantState,
    VisitAction,
    VisitState,
)
from visitation.visits import Participant, Visit
from visitation.wording import Template
from visitation.words import CLOSINGS, Outcome, Part, Role, VisitKind

BY = audit.SYSTEM
MINUTE = timedelta(minutes=1)


async def test_a_participant_is_let_in_by_the_clock_and_the_record(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, (prisoner, mother) = await booked(session, world)
        for who, name in ((prisoner, "رضا کریمی"), (mother, "زهرا کریمی")):
            admission = await calls.admit(session, participant_id=who.id, now=at(-10))
            assert (admission.name, admission.visit, admission.participant) == (
                name,
                visit,
                who,
            )
            assert admission.policy.early_minutes == 30
        with pytest.raises(Denied) as early:
            await calls.admit(session, participant_id=mother.id, now=at(-31))
        assert (early.value.denial, early.value.opens_at) == (
            Denial.NOT_YET_OPEN,
            at(-30),
        )
        with pytest.raises(Denied) as late:
            await calls.admit(session, participant_id=mother.id, now=at(35))
        assert late.value.denial is Denial.OVER
        with pytest.raises(NotFound):
            await calls.admit(session, participant_id=999, now=NOON)


async def test_the_prison_says_how_early_the_door_opens(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, early_minutes=5)
        _, (_, mother) = await booked(session, world)
        with pytest.raises(Denied):
            await calls.admit(session, participant_id=mother.id, now=at(-6))
        await calls.admit(session, participant_id=mother.id, now=at(-5))


async def test_staff_who_attend_get_a_part_once(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await booked(session, world)
        warden = await make.account(session, Role.WARDEN, name="نگهبان")
        attend = {
            "visit": visit,
            "account": warden,
            "keyring": keyring,
            "now": NOON,
        }
        watching = await calls.attend(session, part=Part.MONITOR, **attend)
        again = await calls.attend(session, part=Part.MONITOR, **attend)
        assert again.id == watching.id
        companion = await calls.attend(session, part=Part.COMPANION, **attend)
        assert companion.id != watching.id
        admission = await calls.admit(session, participant_id=watching.id, now=NOON)
        assert admission.name == "نگهبان"
        actions = [
            (entry.actor, entry.action)
            for entry in await audit.history(session, visit_id=visit.id)
        ]
    assert actions == [
        (f"account:{warden.id}", "attend_as_monitor"),
        (f"account:{warden.id}", "attend_as_companion"),
    ]


async def test_nobody_watches_a_legal_visit(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await booked(session, world, kind=VisitKind.LEGAL)
        warden = await make.account(session, Role.WARDEN)
        with pytest.raises(Denied) as denied:
            await calls.attend(
                session,
                visit=visit,
                account=warden,
                part=Part.MONITOR,
                keyring=keyring,
                now=NOON,
            )
        assert denied.value.denial is Denial.PRIVILEGED
        assert len(await visits.participants(session, visit.id)) == 2


async def test_a_visit_starts_once(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await live(session, world)
        assert (visit.state, visit.started_at) == (VisitState.LIVE, NOON)
        with pytest.raises(IllegalMove):
            await calls.start(session, visit, by=BY, now=NOON)


async def test_what_is_left_of_a_finished_visit_is_free_for_others(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, people = await live(session, world)
        await visits.issue(session, people[1], keyring=keyring)
        await messages.put(
            session,
            Template.REMINDER_SOON,
            dedup_key="1",
            phone="+989121112233",
            language="fa",
            variables={},
            now=NOON,
            expires_at=at(60),
            visit_id=visit.id,
        )
        await session.flush()
        await calls.finish(
            session,
            visit,
            outcome=Outcome.ENDED_BY_STAFF,
            by=BY,
            now=at(10),
            reason="پایان",
        )
        assert (visit.state, visit.outcome, visit.outcome_reason, visit.ended_at) == (
            VisitState.COMPLETED,
            Outcome.ENDED_BY_STAFF,
            "پایان",
            at(10),
        )
        assert await quanta(session, visit, f"terminal:{world.terminal.id}") == 3
        (message,) = await messages.of_visit(session, visit_id=visit.id)
        await session.refresh(message)
        assert message.state is MessageState.SUPPRESSED
        await session.refresh(people[1])
        assert people[1].code_fingerprint is None
        with pytest.raises(IllegalMove):
            await calls.finish(
                session, visit, outcome=Outcome.COMPLETED, by=BY, now=at(10)
            )


@pytest.mark.parametrize("outcome", CLOSINGS)
async def test_an_unclosed_visit_gets_its_outcome(
    sqlite: Database, outcome: Outcome
) -> None:
    async with sqlite.write() as session:
        visit, _ = await booked(session, await make.world(session))
        await visits.move(session, visit, VisitAction.ABANDON, by=BY, now=at(60))
        await calls.close(
            session, visit, outcome=outcome, by=BY, now=at(90), reason="تلفن قطع"
        )
        absent = {
            Outcome.FAMILY_ABSENT,
            Outcome.PRISONER_ABSENT,
            Outcome.PRISONER_REFUSED,
        }
        expected = VisitState.MISSED if outcome in absent else VisitState.COMPLETED
        assert (visit.state, visit.outcome, visit.ended_at) == (
            expected,
            outcome,
            at(90),
        )


async def test_a_cancellation_closes_nothing(database: Database) -> None:
    async with database.write() as session:
        visit, _ = await booked(session, await make.world(session))
        close = {"by": BY, "now": at(90)}
        with pytest.raises(Invalid, match="outcome: not_a_closing"):
            await calls.close(
                session, visit, outcome=Outcome.CANCELLED_BY_PRISON, **close
            )
        with pytest.raises(IllegalMove):
            await calls.close(session, visit, outcome=Outcome.COMPLETED, **close)


@pytest.mark.parametrize(
    ("there", "outcome"),
    [
        ((), Outcome.PRISONER_ABSENT),
        ((Part.VISITOR,), Outcome.PRISONER_ABSENT),
        ((Part.MONITOR, Part.VISITOR), Outcome.PRISONER_ABSENT),
        ((Part.PRISONER,), Outcome.FAMILY_ABSENT),
        ((Part.PRISONER, Part.COMPANION), Outcome.FAMILY_ABSENT),
        ((Part.PRISONER, Part.VISITOR), Outcome.COMPLETED),
        ((Part.PRISONER, Part.OFFICIAL), Outcome.COMPLETED),
    ],
)
def test_how_a_visit_ended_is_told_by_who_was_in_it(
    there: tuple[Part, ...], outcome: Outcome
) -> None:
    people = [part(kind, came=kind in there) for kind in Part]
    assert calls.outcome_of(people) is outcome


def test_seats_are_everything_a_visit_occupies() -> None:
    visit = Visit(terminal_id=1, kiosk_id=None, prisoner_id=3, official_id=4)
    people = [Participant(visitor_id=5), Participant(visitor_id=None)]
    assert calls.seats_of(visit, people) == {
        "terminal:1",
        "prisoner:3",
        "official:4",
        "visitor:5",
    }


@pytest.mark.parametrize(
    ("minute", "denial"), [(-31, Denial.NOT_YET_OPEN), (35, Denial.OVER)]
)
async def test_a_visit_starts_while_its_door_is_open(
    database: Database, minute: int, denial: Denial
) -> None:
    async with database.write() as session:
        visit, _ = await booked(session, await make.world(session))
        with pytest.raises(Denied) as denied:
            await calls.start(session, visit, by=BY, now=at(minute))
        assert denied.value.denial is denial
        assert visit.state is VisitState.BOOKED


async def test_a_visit_that_ran_does_not_end_as_cancelled(database: Database) -> None:
    async with database.write() as session:
        visit, _ = await live(session, await make.world(session))
        with pytest.raises(Invalid, match="outcome: not_a_closing"):
            await calls.finish(
                session,
                visit,
                outcome=Outcome.CANCELLED_BY_FAMILY,
                by=BY,
                now=at(10),
            )


async def test_what_nobody_saw_the_end_of_ends_when_it_was_last_seen(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, (prisoner, mother) = await live(session, world)
        for who in (prisoner, mother):
            await calls.joined(session, who, by=BY, now=NOON)
        await calls.left(session, prisoner, reason="left", by=BY, now=at(2))
        await calls.seen(session, [visit.reference], now=at(5))
        await calls.went_down(session, visit, now=visit.ends_at)
        assert (prisoner.seconds_connected, mother.seconds_connected) == (120, 300)
        assert prisoner.state is ParticipantState.LEFT
        assert mother.state is ParticipantState.RECONNECTING
        assert await calls.away(session, mother, now=at(9)) == 4 * MINUTE
