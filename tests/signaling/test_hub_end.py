import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from signaling import conduct, timekeeping
from signaling.effects import Note, Noted
from signaling.record import Recorder
from signaling.words import Phase
from tests import make
from tests.signaling.conftest import (
    PRISONER,
    VISITOR,
    WARDEN,
    Stage,
    hear,
    in_call,
    restarted,
)
from visitation import calls
from visitation.lifecycle import ParticipantState, VisitState
from visitation.words import Outcome, Part


async def test_the_room_closes_by_itself_after_its_time_and_grace(
    stage: Stage,
) -> None:
    _, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    live = stage.hub.live(stage.visit.reference)
    assert live is not None

    stage.clock.forward(timedelta(minutes=25))
    await timekeeping.tick(stage.hub, live, measure=False)
    assert await hear(visitor, "time_left") == {"type": "time_left", "seconds": 300}
    stage.clock.forward(timedelta(minutes=10))
    await timekeeping.tick(stage.hub, live, measure=False)

    assert await hear(visitor, "end") == {
        "type": "end",
        "reason": "over",
        "minutes_owed": 0,
        "undone": "",
    }
    visit = await stage.kept()
    assert (visit.state, visit.outcome) == (VisitState.COMPLETED, Outcome.COMPLETED)
    late = await stage.join(Part.VISITOR)
    assert (await late.receive_json())["reason"] == "over"


async def test_a_visit_nobody_started_is_left_to_the_sweeps(stage: Stage) -> None:
    socket = await stage.join(Part.VISITOR)
    await hear(socket, "joined")
    live = stage.hub.live(stage.visit.reference)
    assert live is not None

    stage.clock.forward(timedelta(minutes=35))
    await timekeeping.tick(stage.hub, live, measure=False)

    ended = await hear(socket, "end")
    assert (ended["reason"], ended["undone"]) == ("over", "not_begun")
    assert (await stage.kept()).state is VisitState.BOOKED


async def test_an_extension_made_elsewhere_keeps_the_room_open(stage: Stage) -> None:
    _, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    await conduct.extend(
        stage.hub, stage.visit.reference, minutes=10, by=WARDEN, now=stage.clock()
    )

    assert (await hear(visitor, "extend"))["ends_at"] == (
        f"{stage.visit.ends_at + timedelta(minutes=10):%Y-%m-%dT%H:%M:%SZ}"
    )
    live = stage.hub.live(stage.visit.reference)
    assert live is not None
    stage.clock.forward(timedelta(minutes=35))
    await timekeeping.tick(stage.hub, live, measure=False)
    assert live.room.phase is Phase.LIVE


async def test_a_cancelled_visit_empties_its_waiting_room(stage: Stage) -> None:
    socket = await stage.join(Part.VISITOR)
    await hear(socket, "joined")
    async with stage.database.write() as session:
        visit = await session.get_one(type(stage.visit), stage.visit.id)
        visit.state = VisitState.CANCELLED

    await conduct.changed(stage.hub, stage.visit.reference, now=stage.clock())

    assert await hear(socket, "end") == {
        "type": "end",
        "reason": "ended",
        "minutes_owed": 0,
        "undone": "moved",
    }


async def test_whoever_waits_hears_that_the_prisoner_does_not_come(
    stage: Stage,
) -> None:
    socket = await stage.join(Part.VISITOR)
    await hear(socket, "joined")
    async with stage.database.write() as session:
        await calls.close(
            session,
            await session.get_one(type(stage.visit), stage.visit.id),
            outcome=Outcome.PRISONER_REFUSED,
            by=WARDEN,
            now=stage.clock(),
        )

    await conduct.changed(stage.hub, stage.visit.reference, now=stage.clock())

    assert (await hear(socket, "end"))["undone"] == "prisoner_refused"


async def test_a_visit_moved_to_another_terminal_empties_its_waiting_room(
    stage: Stage,
) -> None:
    socket = await stage.join(Part.PRISONER)
    await hear(socket, "joined")
    async with stage.database.write() as session:
        visit = await session.get_one(type(stage.visit), stage.visit.id)
        visit.terminal_id = (await make.terminal(session, stage.world.prison)).id
        visit.version += 1

    await conduct.changed(stage.hub, stage.visit.reference, now=stage.clock())

    assert await hear(socket, "end") == {
        "type": "end",
        "reason": "ended",
        "minutes_owed": 0,
        "undone": "moved",
    }
    back = await stage.join(Part.VISITOR)
    assert (await hear(back, "joined"))["phase"] == "waiting"


async def test_whoever_read_the_record_before_the_end_does_not_reopen_the_room(
    stage: Stage,
) -> None:
    await stage.start()
    await restarted(stage)
    read = stage.hub.database.read
    ended = False

    @asynccontextmanager
    async def ended_meanwhile() -> AsyncIterator[AsyncSession]:
        nonlocal ended
        async with read() as session:
            yield session
        if not ended:
            ended = True
            await conduct.end(
                stage.hub, stage.visit.reference, by=WARDEN, now=stage.clock()
            )

    stage.hub.database.read = ended_meanwhile  # type: ignore[method-assign]
    socket = await stage.join(Part.VISITOR)

    assert (await socket.receive_json(timeout=5))["reason"] == "over"
    assert stage.hub.snapshot(stage.visit.reference) is None


async def test_a_room_closes_in_time_though_the_database_is_away(
    stage: Stage,
) -> None:
    _, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    live = stage.hub.live(stage.visit.reference)
    assert live is not None
    await stage.hub.settled()
    async with stage.database.write() as session:
        await session.exec(text("ALTER TABLE visit RENAME TO gone"))

    stage.clock.forward(timedelta(minutes=35))
    await timekeeping.tick(stage.hub, live, measure=False)

    assert await hear(visitor, "end") == {
        "type": "end",
        "reason": "over",
        "minutes_owed": 0,
        "undone": "",
    }
    async with stage.database.write() as session:
        await session.exec(text("ALTER TABLE gone RENAME TO visit"))


async def test_a_note_that_cannot_be_written_costs_no_other(stage: Stage) -> None:
    recorder = Recorder(stage.database)
    never = datetime(2026, 11, 23, 6)  # noqa: DTZ001  # the database refuses it
    recorder.put(Note(participant=PRISONER, what=Noted.WAITING), never)
    recorder.put(Note(participant=VISITOR, what=Noted.WAITING), stage.clock())
    writing = asyncio.create_task(recorder.run())

    await recorder.settled()

    states = [
        (await stage.recorded(part)).state for part in (Part.PRISONER, Part.VISITOR)
    ]
    assert states == [ParticipantState.EXPECTED, ParticipantState.WAITING]
    assert not writing.done()
    writing.cancel()
