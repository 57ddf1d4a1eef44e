from datetime import timedelta

import pytest

from signaling import conduct, door
from signaling.hub import CallSettings, Hub
from tests.signaling.conftest import (
    PRISONER,
    VISITOR,
    WARDEN,
    Stage,
    hear,
    in_call,
    rejoined,
    restarted,
    say,
)
from tests.signaling.fakes import OFFER, FakeEngine
from visitation.calls import Admission
from visitation.lifecycle import ParticipantState
from visitation.places import Policy
from visitation.words import Part, RemovalReason

OFFICIAL = "official-reference"


async def test_after_a_restart_the_room_is_built_from_the_record(
    stage: Stage,
) -> None:
    await in_call(stage, Part.PRISONER, Part.VISITOR)
    token = (await rejoined(stage, Part.VISITOR))["resume"]
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


async def test_a_pause_and_a_muted_microphone_outlive_the_process(
    stage: Stage,
) -> None:
    await in_call(stage, Part.PRISONER, Part.VISITOR)
    at = {"by": WARDEN, "now": stage.clock()}
    reference = stage.visit.reference
    await conduct.pause(stage.hub, reference, paused=True, reason="rules", **at)
    for kind in ("audio", "video"):
        await conduct.mute(stage.hub, reference, VISITOR, kind=kind, muted=True, **at)
    await conduct.mute(stage.hub, reference, VISITOR, kind="video", muted=False, **at)
    await restarted(stage)

    joined = await hear(await stage.join(Part.VISITOR), "joined")

    assert (joined["phase"], joined["blocked"]) == ("paused", ["audio"])
    assert joined["paused_for"] == "rules"
    blocked = [order for order in stage.hub.engine.done if order[0] == "block"]
    assert blocked == [
        ("block", VISITOR, "audio", True),
        ("block", VISITOR, "video", True),
    ]
    await conduct.pause(stage.hub, reference, paused=False, **at)
    assert stage.hub.engine.done[-1] == ("block", VISITOR, "video", False)


async def test_whoever_was_taken_out_stays_out_in_the_next_process_too(
    stage: Stage,
) -> None:
    await in_call(stage, Part.PRISONER, Part.VISITOR, Part.OFFICIAL)
    reference, at = stage.visit.reference, {"by": WARDEN, "now": stage.clock()}
    for one in (VISITOR, OFFICIAL):
        await conduct.take_out(
            stage.hub, reference, one, why=RemovalReason.IDENTITY, **at
        )
    await conduct.admit(stage.hub, reference, OFFICIAL, **at)
    # What their own sign-in does to somebody is no order of staff.
    await conduct.remove(stage.hub, reference, PRISONER, reason="signed_out", **at)
    await stage.hub.settled()
    await restarted(stage)

    joined = [
        await rejoined(stage, part)
        for part in (Part.PRISONER, Part.VISITOR, Part.OFFICIAL)
    ]
    assert [one["admitted"] for one in joined] == [True, False, True]
    assert (await stage.recorded(Part.VISITOR)).state is ParticipantState.WAITING

    await conduct.admit(stage.hub, reference, VISITOR, **at)
    await restarted(stage)
    assert (await rejoined(stage, Part.VISITOR))["admitted"] is True


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
