"""Help, writing, waiting, interpreters and what comes after, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.visitation.booked import booked
from tests.visitation.calling import BY, at, live
from visitation import audit, calls, cases, visits
from visitation.audit import Actor
from visitation.calls.interpreting import InterpreterElsewhere, NoRoomForInterpreter
from visitation.calls.seating import Elsewhere
from visitation.calls.words import HelpPlace, Mood, Stage
from visitation.cases import Case
from visitation.cases.after import Heard
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.keyring import Keyring
from visitation.lifecycle import ParticipantState, VisitState
from visitation.people import Scope
from visitation.visits import Visit
from visitation.words import CaseKind, CaseState, Part, Role

EVERYWHERE = Scope(everywhere=True)
LONG_AGO = NOON - timedelta(days=1)


async def helped(session, person, keyring: Keyring, *, minute: int = 0) -> None:
    await calls.helping.ask(
        session,
        participant_id=person.id,
        place=HelpPlace.WAITING,
        keyring=keyring,
        by=Actor.participant(person.id),
        now=at(minute),
    )


async def test_help_is_asked_once_and_answered_once(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, (_, mother) = await booked(session, world)
        warden = await make.account(session, Role.WARDEN)
        by = Actor.account(warden.id, Role.WARDEN)
        for minute in (0, 1):
            await helped(session, mother, keyring, minute=minute)
        waiting = await calls.helping.waiting_in(session, visit_id=visit.id)
        for minute in (2, 3):
            await calls.helping.answer(
                session, visit, mother.reference, by=by, now=at(minute)
            )
        answered = await calls.helping.waiting_in(session, visit_id=visit.id)
        await helped(session, mother, keyring, minute=4)
        again = await calls.helping.waiting_in(session, visit_id=visit.id)
        entries = await audit.history(session, visit_id=visit.id)

    assert (waiting, answered, again) == (
        {mother.reference},
        frozenset(),
        {mother.reference},
    )
    acts = [(e.action, e.at) for e in entries if e.action.startswith("help_")]
    assert acts == [
        ("help_asked", at(0)),
        ("help_answered", at(2)),
        ("help_asked", at(4)),
    ]


async def test_nobody_answers_for_a_stranger(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await booked(session, world)
        with pytest.raises(NotFound):
            await calls.helping.answer(session, visit, "nobody", by=BY, now=NOON)


async def test_wardens_see_both_sides_and_clerks_the_family(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        _, (held, mother) = await booked(session, world)
        await helped(session, held, keyring, minute=0)
        await helped(session, mother, keyring, minute=1)
        at_prisons = await calls.helping.open_at_prisons(
            session, scope=Scope(sites=frozenset({world.prison.id})), since=LONG_AGO
        )
        at_points = await calls.helping.open_at_points(
            session, scope=Scope(sites=frozenset({world.point.id})), since=LONG_AGO
        )
        lately = await calls.helping.open_at_points(
            session, scope=EVERYWHERE, since=at(1)
        )

    assert [(one.part, one.name, one.seat) for one in at_prisons] == [
        (Part.PRISONER, world.prisoner.name, world.terminal.name),
        (Part.VISITOR, world.visitor.name, world.kiosk.name),
    ]
    assert [one.participant for one in at_points] == [mother.reference]
    assert lately == []


async def test_the_prisoner_comes_nearer_with_each_tick(database: Database) -> None:
    stages = []
    async with database.write() as session:
        world = await make.world(session)
        visit, (held, _) = await booked(session, world)
        for state in (
            None,
            ParticipantState.TOLD,
            ParticipantState.ARRIVED,
            ParticipantState.IDENTIFIED,
        ):
            if state:
                await calls.tick(session, held, state, by=BY, now=NOON)
            found = await calls.awaiting.progress(session, visit, now=NOON)
            stages.append(found.stage)

    assert stages == list(Stage)


@pytest.mark.parametrize(
    ("state", "minute", "before"),
    [
        (VisitState.LIVE, 0, 1),
        (VisitState.BOOKED, -40, 1),
        (VisitState.BOOKED, 0, 0),
        (VisitState.COMPLETED, -40, 0),
    ],
)
async def test_only_visits_that_still_take_the_terminal_come_before(
    database: Database, state: VisitState, minute: int, before: int
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await booked(session, world)
        other = await make.prisoner(session, world.prison)
        session.add(
            Visit(
                reference="other",
                kind=visit.kind,
                state=state,
                starts_at=at(-60),
                ends_at=at(-30),
                booked_end_at=at(-30),
                prison_id=world.prison.id,
                terminal_id=world.terminal.id,
                prisoner_id=other.id,
                created_at=NOON,
                changed_at=NOON,
            )
        )
        await session.flush()
        found = await calls.awaiting.progress(session, visit, now=at(minute))

    assert found.before == before


async def test_the_first_face_stands(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        _, (held, mother) = await live(session, world)
        for mood in (Mood.GOOD, Mood.BAD):
            await calls.after.feel(
                session, participant_id=mother.id, mood=mood, now=NOON
            )
        given = await calls.after.mood_of(session, participant_id=mother.id)
        with pytest.raises(NotFound):
            await calls.after.feel(
                session, participant_id=held.id, mood=Mood.GOOD, now=NOON
            )

    assert given is Mood.GOOD


async def wished(session, person, keyring: Keyring, kind: CaseKind, text: str) -> None:
    await cases.after.wish(
        session,
        participant_id=person.id,
        kind=kind,
        text=text,
        keyring=keyring,
        by=Actor.participant(person.id),
        now=NOON,
    )


async def test_a_wish_waits_until_somebody_takes_it_up(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, (_, mother) = await live(session, world)
        for _ in range(2):
            await wished(session, mother, keyring, CaseKind.MEDICAL, " انسولین ")
        waiting = await cases.after.unheard(
            session, scope=Scope(sites=frozenset({world.point.id}))
        )
        case = (await session.exec(select(Case))).one()
        by = Actor.account(world.official.id, Role.OFFICIAL)
        await cases.acts.take(session, case, by=by, now=at(5))
        left = await cases.after.unheard(session, scope=EVERYWHERE)
        said = await cases.after.wishes_of(session, visit_id=visit.id)

    asked = Heard(
        reference=case.reference,
        kind=CaseKind.MEDICAL,
        state=CaseState.SUBMITTED,
        text="انسولین",
        visitor=world.visitor.name,
        prisoner=world.prisoner.name,
        at=NOON,
        zone=world.prison.zone,
        is_new=True,
    )
    assert waiting == [asked]
    assert left == []
    assert said == [replace(asked, state=CaseState.IN_PROGRESS, is_new=False)]


async def test_something_else_says_what(database: Database, keyring: Keyring) -> None:
    async with database.write() as session:
        world = await make.world(session)
        _, (_, mother) = await live(session, world)
        for text, reason in (("  ", "missing"), ("x" * 301, "too_long")):
            with pytest.raises(Invalid) as refused:
                await wished(session, mother, keyring, CaseKind.OTHER, text)
            assert refused.value.reason == reason


async def test_the_next_visit_is_the_visitors_own(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        _, (_, mother) = await live(session, world)
        none = await calls.after.next_visit(session, participant_id=mother.id, now=NOON)
        later, _ = await booked(session, world, starts_at=NOON + timedelta(days=7))
        found = await calls.after.next_visit(
            session, participant_id=mother.id, now=NOON
        )

    assert none is None
    assert found == later


async def interpreted(session, world: World, visit: Visit, keyring: Keyring) -> str:
    return await calls.interpreting.add(
        session,
        visit,
        name="مریم بلوچ",
        phone="+989121112233",
        keyring=keyring,
        by=BY,
        now=NOON,
    )


async def test_an_interpreter_comes_in_by_a_code_of_their_own(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await booked(session, world)
        code = await interpreted(session, world, visit, keyring)
        again = await interpreted(session, world, visit, keyring)
        found = await visits.find_by_code(session, code, keyring=keyring)
        admitted = await calls.admit(session, participant_id=found.id, now=NOON)
        people = await visits.participants(session, visit.id)

    assert again == code
    assert (found.part, admitted.name) == (Part.INTERPRETER, "مریم بلوچ")
    assert sum(one.part is Part.INTERPRETER for one in people) == 1


async def test_an_interpreter_is_in_one_visit_at_a_time(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await booked(session, world)
        await interpreted(session, world, visit, keyring)
        other = Visit(
            reference="other",
            kind=visit.kind,
            state=VisitState.BOOKED,
            starts_at=at(10),
            ends_at=at(40),
            booked_end_at=at(40),
            prison_id=world.prison.id,
            terminal_id=(await make.terminal(session, world.prison)).id,
            prisoner_id=(await make.prisoner(session, world.prison)).id,
            created_at=NOON,
            changed_at=NOON,
        )
        session.add(other)
        await session.flush()
        with pytest.raises(InterpreterElsewhere):
            await interpreted(session, world, other, keyring)


async def test_no_interpreter_for_a_visit_that_is_over(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await booked(session, world, starts_at=at(-60))
        with pytest.raises(NoRoomForInterpreter):
            await interpreted(session, world, visit, keyring)


async def test_a_family_before_another_kiosk_is_told_its_own(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        _, (_, mother) = await booked(session, world)
        other = await make.kiosk(session, world.point, name="کیوسک ۹")
        here = await calls.seating.elsewhere(
            session, participant_id=mother.id, station_id=world.kiosk.id, now=NOON
        )
        there = await calls.seating.elsewhere(
            session, participant_id=mother.id, station_id=other.id, now=NOON
        )

    assert here is None
    assert there == Elsewhere(seat=world.kiosk.name, site=world.point.name, taken=False)
