"""Live calls over real sockets and a real database; only the media is pretended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from aiohttp import WSMsgType
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from signaling import conduct, door, timekeeping
from signaling.effects import Note, Noted
from signaling.hub import CallSettings, Hub, NotLive
from signaling.media.engine import (
    LegConnected,
    LegFailed,
    LegLost,
    ParticipantStatistics,
)
from signaling.record import Recorder
from signaling.words import Phase, Presence, Quality
from tests import make
from tests.signaling.conftest import WARDEN, Stage, hear, say
from tests.signaling.fakes import OFFER, FakeEngine, leg
from visitation import audit
from visitation.calls import Admission
from visitation.errors import Invalid, NotFound
from visitation.lifecycle import IllegalMove, ParticipantState, VisitState
from visitation.places import Policy
from visitation.words import Outcome, Part

PRISONER, VISITOR = "prisoner-reference", "visitor-reference"


async def in_call(stage: Stage, *parts: Part):
    """They join, the visit is started, and each has been admitted."""
    sockets = [await stage.join(part) for part in parts]
    for socket in sockets:
        await hear(socket, "joined")
    await stage.start()
    for socket in sockets:
        await hear(socket, "admit")
        await hear(socket, "offer")
        await say(socket, "answer", target="subscriber", sdp="v=0")
        await say(socket, "tracks", audio="on", video="on")
        await say(socket, "offer", target="publisher", sdp="v=0 mine")
        await hear(socket, "answer")
    return sockets


async def test_a_visit_from_the_waiting_room_to_its_end(stage: Stage) -> None:
    prisoner, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)

    assert await hear(prisoner, "track_published") == {
        "type": "track_published",
        "participant": VISITOR,
        "kind": "audio",
        "mid": "a0",
    }
    assert ("seat", PRISONER, 0, VISITOR) in stage.engine.done
    assert ("publish", VISITOR) in stage.engine.done
    assert ("accept", PRISONER) in stage.engine.done
    assert (await stage.recorded(Part.VISITOR)).state is ParticipantState.JOINED

    stage.clock.forward(timedelta(minutes=20))
    await conduct.end(
        stage.hub,
        stage.visit.reference,
        by=WARDEN,
        now=stage.clock(),
        outcome=Outcome.COMPLETED,
    )

    for socket in (prisoner, visitor):
        assert await hear(socket, "end") == {
            "type": "end",
            "reason": "ended",
            "minutes_owed": 0,
        }
        assert (await socket.receive()).type is WSMsgType.CLOSE
        assert socket.close_code == 1000
    assert set(stage.engine.done[-2:]) == {("leave", PRISONER), ("leave", VISITOR)}
    row = await stage.recorded(Part.VISITOR)
    assert (row.state, row.seconds_connected, row.seconds_lost) == (
        ParticipantState.LEFT,
        20 * 60,
        0,
    )
    assert (await stage.kept()).outcome is Outcome.COMPLETED
    assert stage.hub.snapshot(stage.visit.reference) is None


async def test_the_waiting_room_has_no_media(stage: Stage) -> None:
    socket = await stage.join(Part.VISITOR)

    joined = await hear(socket, "joined")
    await say(socket, "offer", target="publisher", sdp="v=0")
    await say(socket, "subscribe", rebuild=False)

    assert (joined["phase"], joined["admitted"]) == ("waiting", False)
    assert [await hear(socket, "error") for _ in range(2)] == [
        {"type": "error", "code": "not_now"}
    ] * 2
    assert stage.engine.done == []
    assert (await stage.recorded(Part.VISITOR)).state is ParticipantState.WAITING


async def test_before_the_door_opens_people_are_told_when_it_does(
    stage: Stage,
) -> None:
    stage.clock.forward(timedelta(hours=-1))

    socket = await stage.join(Part.PRISONER)

    opens_at = stage.visit.starts_at - timedelta(minutes=30)
    assert await socket.receive_json() == {
        "type": "deny",
        "reason": "not_yet_open",
        "opens_at": f"{opens_at:%Y-%m-%dT%H:%M:%SZ}",
    }


async def test_a_lost_socket_resumes_and_the_lost_seconds_are_recorded(
    stage: Stage,
) -> None:
    prisoner, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    token = (await _rejoined(stage, Part.VISITOR))["resume"]
    orders = len(stage.engine.done)

    live = stage.hub.live(stage.visit.reference)
    assert live is not None
    stage.hub.lost(live.peers[VISITOR])
    assert (await hear(prisoner, "participant_updated"))["state"] == "reconnecting"
    stage.clock.forward(timedelta(seconds=12))
    again = await stage.dial()
    await say(again, "resume", version=1, token=token)

    assert (await hear(again, "joined"))["resumed"] is True
    assert (await hear(prisoner, "participant_updated"))["state"] == "connected"
    assert stage.engine.done[orders:] == []
    assert (await stage.recorded(Part.VISITOR)).seconds_lost == 12
    await visitor.close()


async def _rejoined(stage: Stage, part: Part) -> dict[str, object]:
    return await hear(await stage.join(part), "joined")


async def test_the_newer_of_two_pages_wins_and_the_older_is_told(
    stage: Stage,
) -> None:
    older = await stage.join(Part.VISITOR)
    await hear(older, "joined")

    newer = await stage.join(Part.VISITOR)

    assert await hear(older, "leave") == {"type": "leave", "reason": "replaced"}
    await hear(newer, "joined")
    await say(newer, "ping")
    await hear(newer, "pong")
    [person] = stage.hub.snapshot(stage.visit.reference).people  # type: ignore[union-attr]
    assert person.state is Presence.WAITING


async def test_whoever_leaves_is_gone_and_may_come_back(stage: Stage) -> None:
    prisoner, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)

    await say(visitor, "leave", reason="left")

    assert await hear(visitor, "leave") == {"type": "leave", "reason": "left"}
    assert (await hear(prisoner, "participant_left"))["participant"] == VISITOR
    assert (await stage.recorded(Part.VISITOR)).state is ParticipantState.LEFT
    joined = await _rejoined(stage, Part.VISITOR)
    assert joined["admitted"] is True


async def test_after_a_restart_the_room_is_built_from_the_record(
    stage: Stage,
) -> None:
    await in_call(stage, Part.PRISONER, Part.VISITOR)
    token = (await _rejoined(stage, Part.VISITOR))["resume"]
    await stage.hub.settled()
    engine = FakeEngine()
    reborn = Hub(
        database=stage.database,
        engine=engine,
        keyring=stage.keyring,
        clock=stage.clock,
        settings=CallSettings(),
    )
    # The server keeps running and asks the new hub from now on.
    stage.hub.__dict__.update(reborn.__dict__)
    await stage.hub.start()

    socket = await stage.dial()
    await say(socket, "resume", version=1, token=token)

    joined = await hear(socket, "joined")
    assert (joined["phase"], joined["admitted"], joined["resumed"]) == (
        "live",
        True,
        False,
    )
    assert await hear(socket, "offer") == {
        "type": "offer",
        "target": "subscriber",
        "sdp": OFFER,
    }
    assert engine.done == [("subscribe", VISITOR)]


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

    assert (await hear(socket, "end"))["reason"] == "over"
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


async def test_staff_mute_pause_warn_and_say(stage: Stage) -> None:
    _, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    hub, visit = stage.hub, stage.visit.reference
    by = {"by": WARDEN, "now": stage.clock()}

    await conduct.mute(hub, visit, VISITOR, kind="audio", muted=True, **by)
    await conduct.pause(hub, visit, paused=True, **by)
    await conduct.pause(hub, visit, paused=False, **by)
    await conduct.warn(hub, visit, code="conduct", text="", **by)
    await conduct.message(hub, visit, code="", text=" سلام ", **by)

    assert (await hear(visitor, "mute"))["participant"] == VISITOR
    assert [(await hear(visitor, "pause"))["paused"] for _ in range(2)] == [True, False]
    assert await hear(visitor, "warn") == {
        "type": "warn",
        "code": "conduct",
        "text": "",
    }
    assert (await hear(visitor, "message"))["text"] == "سلام"
    assert ("block", VISITOR, "audio", True) in stage.engine.done
    assert ("block", VISITOR, "audio", False) not in stage.engine.done
    async with stage.database.read() as session:
        history = await audit.history(session, visit_id=stage.visit.id)
    noted = [(e.action, e.facts) for e in history if e.action.startswith("call_")]
    person = stage.people[Part.VISITOR].id
    assert noted == [
        ("call_mute", {"participant": person, "kind": "audio", "muted": True}),
        ("call_pause", {"paused": True}),
        ("call_pause", {"paused": False}),
        ("call_warn", {"code": "conduct", "length": 0}),
        ("call_message", {"code": "", "length": 4}),
    ]


async def test_what_cannot_be_done_to_a_visit_is_refused(stage: Stage) -> None:
    hub, visit = stage.hub, stage.visit.reference
    by = {"by": WARDEN, "now": stage.clock()}

    with pytest.raises(NotLive):
        await conduct.pause(hub, visit, paused=True, **by)
    with pytest.raises(NotLive):
        await conduct.warn(hub, visit, code="conduct", text="", **by)
    with pytest.raises(Invalid):
        await conduct.message(hub, visit, code="", text="  ", **by)
    with pytest.raises(Invalid):
        await conduct.message(hub, visit, code="", text="x" * 201, **by)
    with pytest.raises(IllegalMove):
        await conduct.end(hub, visit, **by)
    with pytest.raises(NotFound):
        await conduct.start(hub, "nothing", **by)
    await in_call(stage, Part.PRISONER)
    with pytest.raises(NotFound):
        await conduct.mute(hub, visit, "stranger", kind="audio", muted=True, **by)


async def test_a_family_that_comes_late_waits_until_staff_let_it_in(
    stage: Stage,
) -> None:
    await in_call(stage, Part.PRISONER)
    visitor = await stage.join(Part.VISITOR)
    assert (await hear(visitor, "joined"))["admitted"] is False

    await conduct.admit(
        stage.hub, stage.visit.reference, VISITOR, by=WARDEN, now=stage.clock()
    )

    await hear(visitor, "admit")
    row = await stage.recorded(Part.VISITOR)
    assert (row.state, row.identified_at) == (ParticipantState.JOINED, stage.clock())


async def test_everybody_knows_that_staff_watch(stage: Stage) -> None:
    [prisoner] = await in_call(stage, Part.PRISONER)
    await stage.watch()

    monitor = await stage.join(Part.MONITOR)

    await hear(monitor, "offer")
    came = (await hear(prisoner, "participant_joined"))["participant"]
    assert (came["part"], came["name"]) == ("monitor", "")  # type: ignore[index]
    assert stage.hub.snapshot(stage.visit.reference).watched  # type: ignore[union-attr]


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
    }


async def test_bad_descriptions_are_told_and_cost_no_socket(stage: Stage) -> None:
    [prisoner] = await in_call(stage, Part.PRISONER)

    await say(prisoner, "offer", target="publisher", sdp="nonsense")
    await say(prisoner, "answer", target="subscriber", sdp="nonsense")

    assert [await hear(prisoner, "error") for _ in range(2)] == [
        {"type": "error", "code": "bad_sdp"}
    ] * 2
    await say(prisoner, "ping")
    await hear(prisoner, "pong")


async def test_the_engines_events_reach_the_room(stage: Stage) -> None:
    prisoner, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)

    stage.hub.on_event(LegLost(participant=VISITOR, target="publisher"))
    stage.hub.on_event(LegConnected(participant=VISITOR, target="publisher"))
    stage.hub.on_event(
        LegFailed(participant=VISITOR, target="subscriber", reason="dtls")
    )
    stage.hub.on_event(LegLost(participant="stranger", target="publisher"))

    states = [(await hear(prisoner, "participant_updated"))["state"] for _ in range(2)]
    assert states == ["reconnecting", "connected"]
    await hear(visitor, "offer")
    assert stage.engine.done[-1] == ("rebuild", VISITOR)


async def test_weak_lines_and_stopped_pictures_are_told(stage: Stage) -> None:
    prisoner, _ = await in_call(stage, Part.PRISONER, Part.VISITOR)
    live = stage.hub.live(stage.visit.reference)
    assert live is not None
    stage.engine.measured[VISITOR] = ParticipantStatistics(
        publisher=leg(loss=0.02), subscriber=leg(loss=0.12), silence={"video": 3.5}
    )

    await timekeeping.tick(stage.hub, live, measure=True)

    assert (await hear(prisoner, "connection_quality"))["quality"] == "poor"
    assert await hear(prisoner, "stream_state") == {
        "type": "stream_state",
        "participant": VISITOR,
        "kind": "video",
        "state": "paused",
    }
    person = live.room.snapshot().person(VISITOR)
    assert person is not None
    assert person.quality is Quality.POOR


async def test_a_stopping_service_says_come_back(stage: Stage) -> None:
    socket = await stage.join(Part.VISITOR)
    await hear(socket, "joined")

    await stage.hub.stop()

    assert await hear(socket, "leave") == {"type": "leave", "reason": "restarting"}


async def test_a_line_lost_in_the_waiting_room_is_counted_once(stage: Stage) -> None:
    visitor = await stage.join(Part.VISITOR)
    token = (await hear(visitor, "joined"))["resume"]
    live = stage.hub.live(stage.visit.reference)
    assert live is not None
    stage.hub.lost(live.peers[VISITOR])
    stage.clock.forward(timedelta(seconds=30))
    await stage.start()

    stage.clock.forward(timedelta(seconds=12))
    again = await stage.dial()
    await say(again, "resume", version=1, token=token)
    assert (await hear(again, "joined"))["admitted"] is True
    await hear(again, "offer")
    stage.clock.forward(timedelta(minutes=10))
    await conduct.end(stage.hub, stage.visit.reference, by=WARDEN, now=stage.clock())

    row = await stage.recorded(Part.VISITOR)
    assert (row.seconds_connected, row.seconds_lost) == (600, 12)


async def restarted(stage: Stage) -> None:
    """The process is killed, and another one takes its place."""
    stage.hub.__dict__.update(
        Hub(
            database=stage.database,
            engine=FakeEngine(),
            keyring=stage.keyring,
            clock=stage.clock,
            settings=CallSettings(),
        ).__dict__
    )
    await stage.hub.start()


async def test_a_pause_and_a_muted_microphone_outlive_the_process(
    stage: Stage,
) -> None:
    await in_call(stage, Part.PRISONER, Part.VISITOR)
    at = {"by": WARDEN, "now": stage.clock()}
    reference = stage.visit.reference
    await conduct.pause(stage.hub, reference, paused=True, **at)
    for kind in ("audio", "video"):
        await conduct.mute(stage.hub, reference, VISITOR, kind=kind, muted=True, **at)
    await conduct.mute(stage.hub, reference, VISITOR, kind="video", muted=False, **at)
    await restarted(stage)

    joined = await hear(await stage.join(Part.VISITOR), "joined")

    assert (joined["phase"], joined["blocked"]) == ("paused", ["audio"])
    blocked = [order for order in stage.hub.engine.done if order[0] == "block"]
    assert blocked == [
        ("block", VISITOR, "audio", True),
        ("block", VISITOR, "video", True),
    ]
    await conduct.pause(stage.hub, reference, paused=False, **at)
    assert stage.hub.engine.done[-1] == ("block", VISITOR, "video", False)


async def test_the_time_the_service_was_killed_is_lost_not_connected(
    stage: Stage,
) -> None:
    await in_call(stage, Part.PRISONER, Part.VISITOR)
    await stage.hub.settled()
    stage.clock.forward(timedelta(minutes=5))
    stage.hub.note_presence()
    await stage.hub.settled()
    stage.clock.forward(timedelta(minutes=3))
    await restarted(stage)

    await hear(await stage.join(Part.VISITOR), "joined")
    await stage.hub.settled()
    stage.clock.forward(timedelta(minutes=2))
    await conduct.end(stage.hub, stage.visit.reference, by=WARDEN, now=stage.clock())

    row = await stage.recorded(Part.VISITOR)
    assert (row.seconds_connected, row.seconds_lost) == (7 * 60, 3 * 60)
    absent = await stage.recorded(Part.PRISONER)
    assert (absent.seconds_connected, absent.seconds_lost) == (5 * 60, 0)


async def test_a_visit_ended_after_a_kill_keeps_the_minutes_it_had(
    stage: Stage,
) -> None:
    await in_call(stage, Part.PRISONER, Part.VISITOR)
    stage.clock.forward(timedelta(minutes=5))
    stage.hub.note_presence()
    await stage.hub.settled()
    await restarted(stage)
    stage.clock.forward(timedelta(minutes=3))

    await conduct.end(stage.hub, stage.visit.reference, by=WARDEN, now=stage.clock())

    row = await stage.recorded(Part.VISITOR)
    assert (row.seconds_connected, row.seconds_lost) == (5 * 60, 0)


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


@pytest.mark.parametrize(
    ("state", "was_there"),
    [
        (ParticipantState.JOINED, True),
        (ParticipantState.RECONNECTING, True),
        (ParticipantState.LEFT, False),
    ],
)
async def test_whoever_had_left_was_not_kept_away_by_the_service(
    stage: Stage, state: ParticipantState, was_there: bool
) -> None:
    person = stage.people[Part.VISITOR]
    person.joined_at, person.state = stage.clock(), state
    admission = Admission(
        visit=stage.visit, participant=person, name="", policy=Policy()
    )

    assert door.guest_of(admission).been_in is was_there
