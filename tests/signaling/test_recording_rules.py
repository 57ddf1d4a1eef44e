"""The prison's rules change while a visit is under way."""

import asyncio
from pathlib import Path

import pytest

from signaling import recording_rules, timekeeping
from signaling.recording_desk import Archive
from signaling.timekeeping import Timekeeper
from tests.signaling.conftest import (
    PRISONER,
    VISITOR,
    Stage,
    hear,
    in_call,
    rejoined,
    restarted,
)
from tests.signaling.taped import (
    Disk,
    agree,
    archive_in,
    audited,
    begun,
    going_on,
    is_said,
    ordered,
    recording_wanted,
    recordings,
)
from visitation.database import Database
from visitation.places import SitePolicy
from visitation.words import Part, Recorded, RecordingEnd, RecordingState

RULED = {"state": "off", "reason": "rules", "by": "staff"}


@pytest.fixture
async def sqlite(database: Database) -> Database:
    """Every test of this module is for both kinds of database."""
    return database


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return archive_in(tmp_path / "recordings", Disk())


async def rules_change(stage: Stage, recorded: Recorded) -> None:
    async with stage.database.write() as session:
        row = await session.get_one(SitePolicy, stage.world.prison.id)
        row.recorded = recorded
        session.add(row)


async def test_rules_that_want_none_any_more_end_it_for_everybody(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    prisoner, visitor = await begun(stage)
    monkeypatch.setattr(timekeeping, "TICK_SECONDS", 0.05)
    keeper = Timekeeper(stage.hub)
    await keeper.start()

    await rules_change(stage, Recorded.NEVER)

    for socket in (prisoner, visitor):
        said = await is_said(socket, "stopped")
        assert (said["reason"], said["by"]) == ("rules", "staff")
    await keeper.stop()
    assert ordered(stage)[2:] == [
        ("stop_recording", PRISONER),
        ("stop_recording", VISITOR),
    ]
    [recording] = await recordings(stage)
    assert recording.state is RecordingState.ENDED
    assert recording.end_reason is RecordingEnd.RULES
    assert (await audited(stage, "recording"))[2:] == [
        "recording_begin",
        "call_recording_rules",
        "recording_end",
    ]


async def test_they_end_it_before_it_began_and_it_does_not_begin(stage: Stage) -> None:
    await recording_wanted(stage)
    prisoner, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    await agree(prisoner, visitor)

    await rules_change(stage, Recorded.NEVER)
    await recording_rules.obey(stage.hub)

    assert (await is_said(visitor, "off"))["reason"] == "rules"
    await going_on(stage)
    assert (ordered(stage), await recordings(stage)) == ([], [])


@pytest.mark.parametrize("process", ["goes on", "is another"])
async def test_rules_that_want_one_now_begin_none_in_mid_visit(
    stage: Stage, process: str
) -> None:
    await recording_wanted(stage)
    await rules_change(stage, Recorded.NEVER)
    _prisoner, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)

    await rules_change(stage, Recorded.CONSENT)
    await recording_rules.obey(stage.hub)
    await recording_rules.obey(stage.hub)

    said = await hear(visitor, "recording_state")
    assert said == {**RULED, "type": "recording_state"}
    if process == "is another":
        await restarted(stage)
    joined = await rejoined(stage, Part.VISITOR)
    assert joined["recording"] == {**RULED, "asked": False, "consent": None}
    assert await audited(stage, "recording") == ["call_recording_rules"]


async def test_rules_that_are_changed_back_begin_it_no_more(stage: Stage) -> None:
    await begun(stage)
    for recorded in (Recorded.NEVER, Recorded.CONSENT):
        await rules_change(stage, recorded)
        await recording_rules.obey(stage.hub)
    await restarted(stage)

    recording = (await rejoined(stage, Part.VISITOR))["recording"]

    assert (recording["state"], recording["reason"]) == ("stopped", "rules")  # type: ignore[index]
    assert len(await recordings(stage)) == 1


async def test_a_database_that_is_away_ends_neither_recordings_nor_the_clock(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_hub: object) -> None:
        raise ConnectionError

    await begun(stage)
    monkeypatch.setattr(timekeeping, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(recording_rules, "obey", away)
    keeper = Timekeeper(stage.hub)
    await keeper.start()
    await asyncio.sleep(0.1)
    monkeypatch.undo()

    [recording] = await recordings(stage)
    assert recording.state is RecordingState.RUNNING
    await keeper.stop()
