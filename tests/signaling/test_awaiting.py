"""What people hear in the waiting room, over real sockets and the record."""

from datetime import timedelta

from signaling import awaiting, conduct
from signaling.supervised import SupervisedRoom
from tests import make
from tests.signaling.conftest import WARDEN, Stage, hear, in_call, live_of, say
from visitation import calls
from visitation.audit import Actor, history
from visitation.calls.words import HelpPlace
from visitation.lifecycle import ParticipantState, VisitState
from visitation.visits import Visit
from visitation.words import Outcome, Part, VisitKind


async def tick(stage: Stage, state: ParticipantState) -> None:
    async with stage.database.write() as session:
        held = await session.merge(stage.people[Part.PRISONER])
        await calls.tick(session, held, state, by=WARDEN, now=stage.clock())
    await conduct.changed(stage.hub, stage.visit.reference, now=stage.clock())


async def earlier(stage: Stage) -> Visit:
    """A visit under way at the same terminal."""
    now = stage.clock()
    async with stage.database.write() as session:
        visit = Visit(
            reference="earlier",
            kind=VisitKind.FAMILY,
            state=VisitState.LIVE,
            starts_at=now - timedelta(minutes=20),
            ends_at=now,
            booked_end_at=now,
            prison_id=stage.world.prison.id,
            terminal_id=stage.world.terminal.id,
            prisoner_id=(await make.prisoner(session, stage.world.prison)).id,
            created_at=now,
            changed_at=now,
        )
        session.add(visit)
        await session.flush()
    return visit


async def test_a_family_hears_how_far_the_prisoner_is(stage: Stage) -> None:
    mother = await stage.join(Part.VISITOR)
    first = await hear(mother, "awaited")

    stages = []
    for state in (
        ParticipantState.TOLD,
        ParticipantState.ARRIVED,
        ParticipantState.IDENTIFIED,
    ):
        await tick(stage, state)
        stages.append((await hear(mother, "awaited"))["stage"])

    assert first == {"type": "awaited", "stage": "expected", "before": 0}
    assert stages == ["called", "on_the_way", "in_booth"]


async def test_the_line_moves_up_when_the_visit_before_ends(stage: Stage) -> None:
    await earlier(stage)
    mother = await stage.join(Part.VISITOR)
    assert (await hear(mother, "awaited"))["before"] == 1

    await conduct.end(
        stage.hub,
        "earlier",
        by=WARDEN,
        now=stage.clock(),
        outcome=Outcome.COMPLETED,
    )

    assert (await hear(mother, "awaited"))["before"] == 0


async def test_the_prisoner_is_not_told_of_their_own_way(stage: Stage) -> None:
    terminal = await stage.join(Part.PRISONER)
    await hear(terminal, "joined")

    await tick(stage, ParticipantState.TOLD)
    await say(terminal, "ping")

    assert (await terminal.receive_json(timeout=5))["type"] == "pong"


async def test_whoever_called_for_help_hears_that_it_comes(stage: Stage) -> None:
    person = stage.people[Part.VISITOR]
    mother = await stage.join(Part.VISITOR)
    await hear(mother, "joined")
    async with stage.database.write() as session:
        await calls.helping.ask(
            session,
            participant_id=person.id,
            place=HelpPlace.WAITING,
            keyring=stage.keyring,
            by=Actor.participant(person.id),
            now=stage.clock(),
        )
    again = await stage.join(Part.VISITOR)
    asked = await hear(again, "help")

    awaiting.helped(live_of(stage), person.reference, waiting=False)

    assert asked == {
        "type": "help",
        "participant": person.reference,
        "waiting": True,
    }
    assert (await hear(again, "help"))["waiting"] is False


async def test_staff_who_begin_to_watch_hear_who_waits_for_help(stage: Stage) -> None:
    person = stage.people[Part.VISITOR]
    async with stage.database.write() as session:
        await calls.helping.ask(
            session,
            participant_id=person.id,
            place=HelpPlace.CALL,
            keyring=stage.keyring,
            by=Actor.participant(person.id),
            now=stage.clock(),
        )
    await stage.watch()

    monitor = await stage.join(Part.MONITOR)

    assert (await hear(monitor, "help"))["participant"] == person.reference


async def test_hands_and_lines_travel_over_the_socket(stage: Stage) -> None:
    held, mother = await in_call(stage, Part.PRISONER, Part.VISITOR)

    await say(mother, "raise_hand", raised=True)
    await say(mother, "say", code="hear_well", text="")
    hand, line = await hear(held, "hand"), await hear(held, "said")
    await conduct.lower(
        stage.hub,
        stage.visit.reference,
        stage.people[Part.VISITOR].reference,
        by=WARDEN,
        now=stage.clock(),
    )

    assert hand["raised"] is True
    assert (line["code"], line["part"]) == ("hear_well", "visitor")
    assert (await hear(held, "hand"))["raised"] is False


async def test_what_was_written_is_kept_and_counted(stage: Stage) -> None:
    held, mother = await in_call(stage, Part.PRISONER, Part.VISITOR)
    for code in ("hear_well", "miss_you"):
        await say(mother, "say", code=code, text="")
        await hear(held, "said")

    await conduct.end(stage.hub, stage.visit.reference, by=WARDEN, now=stage.clock())

    async with stage.database.read() as session:
        kept = await calls.chat.of(session, visit_id=stage.visit.id)
        entries = await history(session, visit_id=stage.visit.id)
    assert [(line.part, line.code) for line in kept] == [
        (Part.VISITOR, "hear_well"),
        (Part.VISITOR, "miss_you"),
    ]
    assert [e.facts for e in entries if e.action == "call_chat"] == [{"lines": 2}]


async def test_in_a_privileged_visit_nothing_is_written(stage: Stage) -> None:
    async with stage.database.write() as session:
        visit = await session.get_one(Visit, stage.visit.id)
        visit.kind = VisitKind.LEGAL
        session.add(visit)
    _, mother = await in_call(stage, Part.PRISONER, Part.VISITOR)

    await say(mother, "say", code="yes", text="")

    assert (await hear(mother, "error"))["code"] == "not_now"
    assert not isinstance(live_of(stage).room, SupervisedRoom)
