"""Live calls over real sockets and a real database; only the media is pretended."""

from datetime import timedelta

import pytest
from aiohttp import WSMsgType

from signaling import conduct, timekeeping
from signaling.hub import NotLive
from signaling.media.engine import (
    LegConnected,
    LegFailed,
    LegLost,
    ParticipantStatistics,
)
from signaling.words import Presence, Quality
from tests.signaling.conftest import (
    PRISONER,
    VISITOR,
    WARDEN,
    Stage,
    hear,
    in_call,
    rejoined,
    say,
)
from tests.signaling.fakes import leg
from visitation import audit
from visitation.errors import Invalid, NotFound
from visitation.lifecycle import IllegalMove, ParticipantState
from visitation.words import Outcome, Part


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
            "undone": "",
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
    token = (await rejoined(stage, Part.VISITOR))["resume"]
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


async def test_the_newer_of_two_pages_wins_and_the_older_is_told(
    stage: Stage,
) -> None:
    older = await stage.join(Part.VISITOR)
    await hear(older, "joined")

    newer = await stage.join(Part.VISITOR)

    assert await hear(older, "leave") == {
        "type": "leave",
        "reason": "replaced",
        "why": "",
    }
    await hear(newer, "joined")
    await say(newer, "ping")
    await hear(newer, "pong")
    [person] = stage.hub.snapshot(stage.visit.reference).people  # type: ignore[union-attr]
    assert person.state is Presence.WAITING


async def test_whoever_leaves_is_gone_and_may_come_back(stage: Stage) -> None:
    prisoner, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)

    await say(visitor, "leave", reason="left")

    assert await hear(visitor, "leave") == {
        "type": "leave",
        "reason": "left",
        "why": "",
    }
    assert (await hear(prisoner, "participant_left"))["participant"] == VISITOR
    assert (await stage.recorded(Part.VISITOR)).state is ParticipantState.LEFT
    joined = await rejoined(stage, Part.VISITOR)
    assert joined["admitted"] is True


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

    assert await hear(socket, "leave") == {
        "type": "leave",
        "reason": "restarting",
        "why": "",
    }


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
