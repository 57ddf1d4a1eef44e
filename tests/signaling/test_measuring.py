"""What is measured of lines gets into the record, and loses little to a kill."""

from dataclasses import replace
from datetime import timedelta

import pytest

from signaling import timekeeping
from signaling.media.engine import LegConnected, LegLost, ParticipantStatistics
from signaling.words import Presence, Quality, Sending
from tests.signaling.conftest import Stage, hear
from tests.signaling.fakes import leg
from visitation import lines
from visitation.lines import Line
from visitation.words import Part

VISITOR = "visitor-reference"


async def _in_call(stage: Stage) -> None:
    await stage.start()
    socket = await stage.join(Part.VISITOR)
    await hear(socket, "joined")
    live = stage.hub.live(stage.visit.reference)
    assert live is not None
    stage.hub.carry_out(live, live.room.admit(VISITOR, now=stage.clock()))


async def _measure(stage: Stage, seconds: int) -> None:
    """Let so many seconds pass, looking at the lines every two."""
    live = stage.hub.live(stage.visit.reference)
    assert live is not None
    for _ in range(0, seconds, 2):
        await timekeeping.tick(stage.hub, live, measure=True)
        stage.clock.forward(timedelta(seconds=2))
        known = stage.engine.measured[VISITOR]
        stage.engine.measured[VISITOR] = replace(
            known,
            publisher=replace(known.publisher, bytes=known.publisher.bytes + 5_000),
        )


async def _leave(stage: Stage) -> None:
    live = stage.hub.live(stage.visit.reference)
    assert live is not None
    stage.hub.carry_out(live, live.room.leave(VISITOR, now=stage.clock()))


async def _recorded(stage: Stage) -> tuple[Line, ...]:
    await stage.hub.settled()
    async with stage.database.read() as session:
        return await lines.of_visit(session, visit_id=stage.visit.id)


def _line() -> ParticipantStatistics:
    return ParticipantStatistics(
        publisher=replace(leg(), loss=0.02, jitter=0.01),
        subscriber=replace(leg(), loss=0.1, rtt=0.3, relayed=True),
        silence={"audio": 0.1},
        watching={0: "audio_only"},
    )


async def test_a_page_loaded_anew_has_a_line_of_its_own(stage: Stage) -> None:
    await _in_call(stage)
    dead = replace(leg(), state="lost")
    broken = ParticipantStatistics(
        publisher=dead, subscriber=dead, silence={"audio": 20.0}, watching={}
    )
    stage.engine.measured[VISITOR] = broken
    stage.hub.on_event(LegLost(participant=VISITOR, target="subscriber"))

    again = await stage.join(Part.VISITOR)
    await hear(again, "joined")
    live = stage.hub.live(stage.visit.reference)
    assert live is not None
    live.room.sends(VISITOR, audio=Sending.ON, video=Sending.ON)
    await _measure(stage, 2)
    stage.hub.on_event(LegLost(participant=VISITOR, target="publisher"))
    stage.engine.measured[VISITOR] = replace(broken, subscriber=leg())
    stage.hub.on_event(LegConnected(participant=VISITOR, target="subscriber"))
    await _measure(stage, 2)

    seen = live.room.snapshot().person(VISITOR)
    assert seen is not None
    assert (seen.quality, seen.state) == (Quality.GOOD, Presence.CONNECTED)

    # The new leg has a say from when it was heard first.
    stage.hub.on_event(LegConnected(participant=VISITOR, target="publisher"))
    await _measure(stage, 2)
    told = [await hear(again, "connection_quality") for _ in range(2)]
    assert [one["quality"] for one in told] == ["good", "lost"]


async def test_a_line_is_written_every_half_minute_while_the_call_lasts(
    stage: Stage,
) -> None:
    await _in_call(stage)
    stage.engine.measured[VISITOR] = _line()

    await _measure(stage, 30)
    assert await _recorded(stage) == ()

    await _measure(stage, 2)
    (line,) = await _recorded(stage)
    assert line == Line(
        participant_id=stage.people[Part.VISITOR].id,
        seconds=30,
        loss_up=pytest.approx(0.02),
        loss_up_worst=0.02,
        loss_down=pytest.approx(0.1),
        loss_down_worst=0.1,
        round_trip=pytest.approx(0.3),
        round_trip_worst=0.3,
        jitter=pytest.approx(0.01),
        jitter_worst=0.01,
        rate_up=pytest.approx(20_000),
        rate_down=pytest.approx(0),
        seconds_audio_only=30,
        reconnects=0,
        relayed=True,
    )


async def test_what_is_left_is_written_when_somebody_leaves(stage: Stage) -> None:
    await _in_call(stage)
    stage.engine.measured[VISITOR] = _line()
    await _measure(stage, 8)

    await _leave(stage)

    (line,) = await _recorded(stage)
    assert line.seconds == 6


async def test_what_is_left_is_written_when_the_service_stops(stage: Stage) -> None:
    await _in_call(stage)
    stage.engine.measured[VISITOR] = _line()
    await _measure(stage, 8)

    await stage.hub.stop()
    await stage.hub.start()

    (line,) = await _recorded(stage)
    assert line.seconds == 6


async def test_a_new_leg_counts_its_bytes_from_nothing(stage: Stage) -> None:
    await _in_call(stage)
    stage.engine.measured[VISITOR] = replace(
        _line(), publisher=replace(leg(), bytes=900_000)
    )
    await _measure(stage, 2)
    stage.engine.measured[VISITOR] = replace(
        _line(), publisher=replace(leg(), bytes=1_000)
    )
    await _measure(stage, 4)
    await _leave(stage)

    (line,) = await _recorded(stage)
    assert line.rate_up == pytest.approx(8 * 6_000 / 4)


async def test_time_that_nobody_looked_at_is_not_counted(stage: Stage) -> None:
    await _in_call(stage)
    stage.engine.measured[VISITOR] = _line()
    await _measure(stage, 4)
    stage.clock.forward(timedelta(minutes=2))
    await _measure(stage, 4)
    await _leave(stage)

    (line,) = await _recorded(stage)
    assert line.seconds == 4


async def test_a_leg_on_which_nobody_sends_any_more_is_no_lost_line(
    stage: Stage,
) -> None:
    await _in_call(stage)
    live = stage.hub.live(stage.visit.reference)
    assert live is not None
    live.room.sends(VISITOR, audio=Sending.NONE, video=Sending.NONE)
    stage.engine.measured[VISITOR] = ParticipantStatistics(
        publisher=replace(leg(), state="lost"), subscriber=leg(), silence={}
    )

    await _measure(stage, 4)

    person = live.room.snapshot().person(VISITOR)
    assert person is not None
    assert person.quality is Quality.GOOD
