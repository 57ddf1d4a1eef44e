"""Entering, starting, extending and ending a visit, on both databases."""

from datetime import timedelta

import pytest
from sqlmodel import func, select

from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.visitation.booked import booked
from visitation import audit, calls, messages, visits
from visitation.admission import Denial
from visitation.audit import Actor
from visitation.calls import Denied, NotExtendable, Presence
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
from visitation.visits import Claim, Participant, Visit
from visitation.wording import Template
from visitation.words import CLOSINGS, Outcome, Part, Role, Side, VisitKind

BY = audit.SYSTEM
MINUTE = timedelta(minutes=1)


def at(minute: int):
    return NOON + minute * MINUTE


async def live(session, world: World, **columns) -> tuple[Visit, list[Participant]]:
    visit, people = await booked(session, world, **columns)
    await calls.start(session, visit, by=BY, now=visit.starts_at)
    return visit, list(people)


async def quanta(session, visit: Visit, resource: str) -> int:
    rows = await session.exec(
        select(func.count()).where(
            Claim.visit_id == visit.id, Claim.resource == resource
        )
    )
    return rows.one()


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


async def test_a_live_visit_goes_on_while_everything_is_free(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await live(session, world)
        await calls.extend(session, visit, by_minutes=15, by=BY, now=at(20))
        assert (visit.ends_at, visit.booked_end_at) == (at(45), at(30))
        assert await quanta(session, visit, f"terminal:{world.terminal.id}") == 10
        assert await quanta(session, visit, f"prisoner:{world.prisoner.id}") == 9
        entry = (await audit.history(session, visit_id=visit.id))[-1]
        assert (entry.action, entry.facts) == ("visit_extend", {"minutes": 15})


@pytest.mark.parametrize(
    ("same", "taken"),
    [
        ({"terminal_id", "prisoner_id"}, {"terminal", "prisoner", "visitor"}),
        ({"prisoner_id"}, {"prisoner", "visitor"}),
    ],
    ids=["terminal and people", "people"],
)
async def test_a_visit_is_not_extended_over_what_somebody_needs_next(
    database: Database, same: set[str], taken: set[str]
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await live(session, world)
        other_terminal = await make.terminal(session, world.prison)
        other_kiosk = await make.kiosk(session, world.point)
        columns = {"terminal_id": other_terminal.id, "kiosk_id": other_kiosk.id}
        if "terminal_id" in same:
            columns.pop("terminal_id")
        await booked(session, world, starts_at=at(35), **columns)
        before = await quanta(session, visit, f"terminal:{world.terminal.id}")
        with pytest.raises(NotExtendable) as refused:
            await calls.extend(session, visit, by_minutes=15, by=BY, now=at(20))
        assert {name.split(":")[0] for name in refused.value.taken} == taken
        assert visit.ends_at == at(30)
        assert await quanta(session, visit, f"terminal:{world.terminal.id}") == before
    async with database.read() as session:
        found = await visits.by_reference(session, visit.reference)
        assert found.ends_at == at(30)
        assert await quanta(session, visit, f"terminal:{world.terminal.id}") == before


@pytest.mark.parametrize("minutes", [0, -5, 7, 65])
async def test_an_extension_is_whole_quanta_up_to_an_hour(
    sqlite: Database, minutes: int
) -> None:
    async with sqlite.write() as session:
        visit, _ = await live(session, await make.world(session))
        with pytest.raises(Invalid, match="minutes: extension_length"):
            await calls.extend(session, visit, by_minutes=minutes, by=BY, now=NOON)


async def test_only_a_live_visit_is_extended(database: Database) -> None:
    async with database.write() as session:
        visit, _ = await booked(session, await make.world(session))
        with pytest.raises(NotExtendable) as refused:
            await calls.extend(session, visit, by_minutes=5, by=BY, now=NOON)
        assert refused.value.taken == frozenset()
        assert str(refused.value) == "not live"


@pytest.mark.parametrize("meanwhile", ["finished", "extended"])
async def test_a_visit_that_changed_meanwhile_is_not_extended(
    database: Database, meanwhile: str
) -> None:
    async with database.write() as session:
        await live(session, await make.world(session))
    async with database.read() as session:
        stale = (await session.exec(select(Visit))).one()
    async with database.write() as session:
        visit = await visits.by_reference(session, stale.reference)
        if meanwhile == "finished":
            await calls.finish(
                session, visit, outcome=Outcome.COMPLETED, by=BY, now=at(10)
            )
        else:
            await calls.extend(session, visit, by_minutes=5, by=BY, now=at(10))
        claimed = (await session.exec(select(func.count()).select_from(Claim))).one()
    with pytest.raises(visits.Overtaken):
        await _extend(database, stale)
    async with database.read() as session:
        after = (await session.exec(select(func.count()).select_from(Claim))).one()
    assert after == claimed


async def _extend(database: Database, stale: Visit) -> None:
    async with database.write() as session:
        await calls.extend(session, stale, by_minutes=30, by=BY, now=at(11))


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


def part(kind: Part, *, came: bool, **seconds: int) -> Participant:
    return Participant(part=kind, joined_at=NOON if came else None, **seconds)


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


async def test_staff_tick_people_off_once_and_never_back(database: Database) -> None:
    clerk = Actor.account(3, Role.CLERK)
    async with database.write() as session:
        visit, (_, mother) = await booked(session, await make.world(session))
        await calls.tick(
            session, mother, ParticipantState.ARRIVED, by=clerk, now=at(-20)
        )
        await calls.tick(session, mother, ParticipantState.TOLD, by=clerk, now=at(-19))
        await calls.tick(
            session, mother, ParticipantState.ARRIVED, by=clerk, now=at(-10)
        )
        assert (mother.state, mother.arrived_at, mother.told_at) == (
            ParticipantState.ARRIVED,
            at(-20),
            at(-19),
        )
        await calls.waiting(session, mother, by=clerk, now=at(-5))
        await calls.tick(
            session, mother, ParticipantState.IDENTIFIED, by=clerk, now=at(-4)
        )
        assert (mother.state, mother.identified_at) == (
            ParticipantState.WAITING,
            at(-4),
        )
        with pytest.raises(Invalid, match="state: not_a_tick"):
            await calls.tick(
                session, mother, ParticipantState.JOINED, by=clerk, now=NOON
            )
        actions = [
            entry.action for entry in await audit.history(session, visit_id=visit.id)
        ]
    assert actions == [
        "participant_arrived",
        "participant_told",
        "participant_waiting",
        "participant_identified",
    ]


async def test_who_waits_has_arrived(database: Database) -> None:
    async with database.write() as session:
        _, (_, mother) = await booked(session, await make.world(session))
        await calls.waiting(session, mother, by=BY, now=at(-5))
        await calls.waiting(session, mother, by=BY, now=at(-3))
        assert (mother.state, mother.arrived_at) == (ParticipantState.WAITING, at(-5))


async def test_minutes_are_counted_around_a_broken_line(database: Database) -> None:
    async with database.write() as session:
        visit, (_, mother) = await live(session, await make.world(session))
        await calls.joined(session, mother, by=BY, now=at(1))
        await calls.reconnecting(session, mother, now=at(11))
        assert mother.state is ParticipantState.RECONNECTING
        await calls.returned(session, mother, lost=2 * MINUTE, by=BY, now=at(13))
        assert (mother.state, mother.joined_at) == (ParticipantState.JOINED, at(1))
        await calls.left(session, mother, reason="left", by=BY, now=at(30))
        assert (mother.state, mother.left_at) == (ParticipantState.LEFT, at(30))
        assert (mother.seconds_connected, mother.seconds_lost) == (27 * 60, 120)
        stretches = await session.exec(select(Presence).order_by(Presence.id))
        assert [(s.joined_at, s.left_at, s.reason) for s in stretches] == [
            (at(1), at(11), "lost"),
            (at(13), at(30), "left"),
        ]
        people = await visits.participants(session, visit.id)
        assert calls.minutes_by_side(people) == {Side.FAMILY: (27.0, 2.0)}


async def test_a_line_that_never_came_back_is_counted_to_the_end(
    database: Database,
) -> None:
    async with database.write() as session:
        _, (_, mother) = await live(session, await make.world(session))
        await calls.joined(session, mother, by=BY, now=NOON)
        await calls.reconnecting(session, mother, now=at(20))
        await calls.left(
            session, mother, reason="ended", by=BY, now=at(30), lost=10 * MINUTE
        )
        assert (mother.seconds_connected, mother.seconds_lost) == (1200, 600)


async def test_a_clock_that_went_back_takes_no_minutes_away(
    database: Database,
) -> None:
    async with database.write() as session:
        _, (_, mother) = await live(session, await make.world(session))
        await calls.joined(session, mother, by=BY, now=at(5))
        await calls.left(session, mother, reason="left", by=BY, now=at(4))
        assert mother.seconds_connected == 0


def test_a_sides_minutes_are_those_of_its_best_connected() -> None:
    people = [
        part(Part.VISITOR, came=True, seconds_connected=600, seconds_lost=60),
        part(Part.VISITOR, came=True, seconds_connected=1200, seconds_lost=0),
        part(Part.PRISONER, came=True, seconds_connected=1500, seconds_lost=30),
        part(Part.OFFICIAL, came=False, seconds_connected=0, seconds_lost=0),
    ]
    assert calls.minutes_by_side(people) == {
        Side.FAMILY: (20.0, 0.0),
        Side.PRISON: (25.0, 0.5),
    }


async def test_a_terminal_that_waits_has_brought_nobody(database: Database) -> None:
    async with database.write() as session:
        _, (prisoner, _) = await booked(session, await make.world(session))
        await calls.waiting(session, prisoner, by=BY, now=at(-5))
    assert prisoner.part is Part.PRISONER
    assert (prisoner.state, prisoner.arrived_at) == (ParticipantState.WAITING, None)


async def test_a_closed_account_does_not_come_back_to_a_call(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await booked(session, world)
        warden = await make.account(session, Role.WARDEN)
        watching = await calls.attend(
            session,
            visit=visit,
            account=warden,
            part=Part.MONITOR,
            keyring=keyring,
            now=NOON,
        )
        warden.disabled_at = NOON
        with pytest.raises(NotFound):
            await calls.admit(session, participant_id=watching.id, now=NOON)


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
