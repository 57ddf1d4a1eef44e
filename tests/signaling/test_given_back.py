import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from signaling import conduct, timekeeping
from signaling.media.engine import (
    ParticipantStatistics,
)
from signaling.words import Phase
from tests.signaling.conftest import (
    PRISONER,
    VISITOR,
    WARDEN,
    Stage,
    hear,
    in_call,
    live_of,
    lost,
    passes,
    restarted,
    say,
)
from tests.signaling.fakes import leg
from visitation.words import Fault, Outcome, Part

SECOND = timedelta(seconds=1)
GONE = ParticipantStatistics(
    publisher=leg(state="lost"), subscriber=leg(state="lost"), silence={}
)


async def until(stage: Stage, *, before_end: int) -> None:
    """The clock stands so many seconds before the end of the visit."""
    visit = await stage.kept()
    stage.clock.forward(visit.ends_at - before_end * SECOND - stage.clock())


async def test_lost_time_is_written_down_as_it_passes(stage: Stage) -> None:
    await in_call(stage, Part.PRISONER, Part.VISITOR)
    await passes(stage, 10)
    stage.engine.measured[VISITOR] = GONE

    await passes(stage, 20)
    stage.hub.note_presence()
    await passes(stage, 5)

    assert await lost(stage) == {Fault.FAMILY: 25}


async def test_lost_time_is_given_back_a_minute_before_the_end(stage: Stage) -> None:
    _, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    await passes(stage, 5)
    stage.engine.measured[VISITOR] = GONE
    await passes(stage, 95)
    stage.engine.measured.clear()
    await passes(stage, 1)
    await until(stage, before_end=60)

    await passes(stage, 1)

    until_then = stage.visit.ends_at + timedelta(minutes=2)
    assert await hear(visitor, "extend") == {
        "type": "extend",
        "ends_at": f"{until_then:%Y-%m-%dT%H:%M:%SZ}",
        "closes_at": f"{until_then + timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}",
        "reason": "lost_time",
    }
    visit = await stage.kept()
    assert (visit.ends_at, visit.minutes_given_back) == (until_then, 2)
    await until(stage, before_end=50)
    await passes(stage, 1)
    assert (await stage.kept()).ends_at == until_then


async def test_what_is_lost_in_the_last_minute_is_given_back_at_the_end(
    stage: Stage,
) -> None:
    await in_call(stage, Part.PRISONER, Part.VISITOR)
    await until(stage, before_end=100)
    await passes(stage, 1)
    stage.engine.measured[VISITOR] = GONE

    await passes(stage, 100)

    assert (await stage.kept()).minutes_given_back == 2
    assert live_of(stage).room.phase is Phase.LIVE


async def test_nobody_is_kept_waiting_for_a_side_that_has_gone(stage: Stage) -> None:
    prisoner, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    await passes(stage, 5)
    stage.engine.measured[VISITOR] = GONE
    await passes(stage, 90)
    await say(visitor, "leave", reason="left")
    await hear(visitor, "leave")
    await until(stage, before_end=0)
    await passes(stage, 1)

    assert (await stage.kept()).minutes_given_back == 0
    stage.clock.forward(timedelta(minutes=5))
    await timekeeping.tick(stage.hub, live_of(stage), measure=False)

    assert await hear(prisoner, "end") == {
        "type": "end",
        "reason": "over",
        "minutes_owed": 2,
        "undone": "",
    }


async def test_a_visit_that_ends_owes_what_somebody_else_needed(stage: Stage) -> None:
    _, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    await passes(stage, 5)
    stage.engine.measured[PRISONER] = GONE
    await passes(stage, 90)

    await conduct.end(
        stage.hub,
        stage.visit.reference,
        by=WARDEN,
        now=stage.clock(),
        outcome=Outcome.TECHNICAL_PRISON,
    )

    assert (await hear(visitor, "end"))["minutes_owed"] == 2
    assert await lost(stage) == {Fault.PRISON: 90}


async def test_the_time_a_killed_service_was_away_is_its_own(stage: Stage) -> None:
    await in_call(stage, Part.PRISONER, Part.VISITOR)
    await passes(stage, 60)
    stage.hub.note_presence()
    await stage.hub.settled()
    stage.clock.forward(20 * SECOND)
    await restarted(stage)
    await hear(await stage.join(Part.PRISONER), "offer")
    await passes(stage, 5)
    await hear(await stage.join(Part.VISITOR), "offer")
    stage.hub.engine.measured = {  # type: ignore[attr-defined]
        one: ParticipantStatistics(
            publisher=leg(), subscriber=leg(), silence={"audio": 0.0}
        )
        for one in (PRISONER, VISITOR)
    }

    await passes(stage, 10)

    # Until the second of them is back.
    assert await lost(stage) == {Fault.SERVER: 25}


@pytest.mark.parametrize(("code", "closed"), [(1001, True), (1000, False)])
async def test_a_page_that_is_closed_is_no_broken_line(
    stage: Stage, code: int, closed: bool
) -> None:
    prisoner, mother = await in_call(stage, Part.PRISONER, Part.VISITOR)

    await mother.close(code=code)

    while (await hear(prisoner, "participant_updated"))["state"] != "reconnecting":
        pass
    place = live_of(stage).room.here.at(VISITOR)
    assert place.page_closed is closed


async def test_a_leg_heard_a_moment_ago_is_no_outage(stage: Stage) -> None:
    await in_call(stage, Part.PRISONER, Part.VISITOR)
    heard = asyncio.get_running_loop().time() - 4.0
    fresh = replace(leg(), last_heard=heard)
    stage.engine.measured[VISITOR] = ParticipantStatistics(
        publisher=fresh, subscriber=fresh, silence={"audio": 0.4}
    )

    await passes(stage, 10)

    assert await lost(stage) == {}
