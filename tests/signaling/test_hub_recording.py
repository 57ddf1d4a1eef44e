"""A visit is recorded: what the engine is told, and what is on record and on disk."""

import base64
import stat
from pathlib import Path

import pytest

from signaling import conduct, recording_conduct
from signaling.hub import NotLive
from signaling.recording_desk import Archive
from tests.signaling.conftest import (
    PRISONER,
    VISITOR,
    WARDEN,
    Stage,
    hear,
    in_call,
    passes,
    rejoined,
    restarted,
    say,
)
from tests.signaling.taped import (
    Disk,
    agree,
    archive_in,
    audited,
    begun,
    going_on,
    is_said,
    journals,
    ordered,
    recording_wanted,
    recordings,
    settled,
)
from visitation.database import Database
from visitation.recordings import consenting
from visitation.recordings.refusing import NotUnderWay
from visitation.words import Part, RecordingEnd, RecordingState

BOTH = {
    ("record", PRISONER, f"{PRISONER}-1.journal"),
    ("record", VISITOR, f"{VISITOR}-1.journal"),
}


@pytest.fixture
async def sqlite(database: Database) -> Database:
    """Every test of this module is for both kinds of database."""
    return database


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def archive(tmp_path: Path, disk: Disk) -> Archive:
    return archive_in(tmp_path / "recordings", disk)


async def end(stage: Stage) -> None:
    await conduct.end(stage.hub, stage.visit.reference, by=WARDEN, now=stage.clock())


async def orders(stage: Stage, verb: str) -> None:
    act = getattr(recording_conduct, f"{verb}_recording")
    await act(stage.hub, stage.visit.reference, by=WARDEN, now=stage.clock())


async def test_what_everybody_agreed_to_is_recorded_until_the_visit_ends(
    stage: Stage, archive: Archive
) -> None:
    prisoner, _visitor = await begun(stage)

    assert (await is_said(prisoner, "announced"))["by"] == ""
    await is_said(prisoner, "on")
    assert set(ordered(stage)) == BOTH
    [recording] = await recordings(stage)
    assert recording.state is RecordingState.RUNNING
    assert sorted(await journals(stage)) == sorted(name for *_, name in BOTH)
    home = archive.directory / recording.reference
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    key = archive.wraps.read_key(archive.directory, recording.reference)
    used = stage.hub.recording._runs[stage.visit.reference].key
    assert base64.b64decode(used) == key

    await end(stage)

    assert set(ordered(stage)) - BOTH == {
        ("stop_recording", PRISONER),
        ("stop_recording", VISITOR),
    }
    [recording] = await recordings(stage)
    assert recording.state is RecordingState.ENDED
    assert recording.end_reason is RecordingEnd.VISIT_ENDED
    assert await audited(stage, "recording") == [
        "recording_agreed",
        "recording_agreed",
        "recording_begin",
        "recording_end",
    ]


async def test_one_who_refuses_is_believed_and_it_is_on_record(stage: Stage) -> None:
    await recording_wanted(stage)
    prisoner, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    await agree(prisoner)

    await agree(visitor, given=False)

    assert (await is_said(prisoner, "refused"))["by"] == "participant"
    await say(visitor, "consent", given=True)
    assert (await hear(visitor, "error"))["code"] == "not_now"
    await going_on(stage)
    assert (ordered(stage), await recordings(stage)) == ([], [])
    assert await audited(stage, "recording") == [
        "recording_agreed",
        "recording_refused",
    ]
    async with stage.database.read() as session:
        said = await consenting.consents(session, stage.visit.id)
    assert said == {PRISONER: True, VISITOR: False}


async def test_whoever_takes_it_back_ends_it_at_once(stage: Stage) -> None:
    _prisoner, visitor = await begun(stage)

    await agree(visitor, given=False)

    assert ordered(stage)[2:] == [
        ("stop_recording", PRISONER),
        ("stop_recording", VISITOR),
    ]
    [recording] = await recordings(stage)
    assert recording.end_reason is RecordingEnd.WITHDRAWN
    joined = await rejoined(stage, Part.PRISONER)
    assert joined["recording"] == {
        "state": "stopped",
        "reason": "withdrawn",
        "by": "participant",
        "asked": False,
        "consent": True,
    }


async def test_somebody_who_comes_later_halts_it_until_they_agree(stage: Stage) -> None:
    await begun(stage)
    official = await stage.join(Part.OFFICIAL)

    assert (await hear(official, "joined"))["recording"] == {
        "state": "paused",
        "reason": "answer",
        "by": "participant",
        "asked": True,
        "consent": None,
    }
    [recording] = await recordings(stage)
    assert recording.state is RecordingState.PAUSED
    await agree(official)
    await going_on(stage)

    [recording] = await recordings(stage)
    assert recording.state is RecordingState.RUNNING
    assert {str(one[-1]) for one in ordered(stage)[4:]} == {
        f"{PRISONER}-2.journal",
        f"{VISITOR}-2.journal",
        "official-reference-1.journal",
    }


async def test_staff_pause_resume_and_stop_it(stage: Stage) -> None:
    prisoner, _visitor = await begun(stage)

    await orders(stage, "pause")
    assert (await is_said(prisoner, "paused"))["by"] == "staff"
    [recording] = await recordings(stage)
    assert recording.state is RecordingState.PAUSED
    await orders(stage, "resume")
    await going_on(stage)
    [recording] = await recordings(stage)
    assert recording.state is RecordingState.RUNNING
    await orders(stage, "stop")

    assert (await is_said(prisoner, "stopped"))["reason"] == "staff"
    [recording] = await recordings(stage)
    assert recording.end_reason is RecordingEnd.STAFF
    for verb in ("pause", "resume", "stop"):
        with pytest.raises(NotUnderWay):
            await orders(stage, verb)
    assert await audited(stage, "recording_pause", "recording_stop") == [
        "call_recording_pause",
        "recording_pause",
        "call_recording_stop",
    ]


async def test_nothing_is_ordered_where_nobody_is_in_a_call(stage: Stage) -> None:
    with pytest.raises(NotLive):
        await orders(stage, "stop")


async def test_a_restart_interrupts_it_and_the_next_process_begins_anew(
    stage: Stage,
) -> None:
    await begun(stage)
    await restarted(stage)

    [before] = await recordings(stage)
    assert before.end_reason is RecordingEnd.INTERRUPTED
    joined = [await rejoined(stage, part) for part in (Part.PRISONER, Part.VISITOR)]
    assert [one["recording"]["consent"] for one in joined] == [True, True]  # type: ignore[index]
    await going_on(stage)

    [_, after] = await recordings(stage)
    assert after.state is RecordingState.RUNNING
    engine = stage.hub.engine
    begun_anew = {one[:2] for one in engine.done if one[0] == "record"}  # type: ignore[attr-defined]
    assert begun_anew == {("record", PRISONER), ("record", VISITOR)}


@pytest.mark.parametrize(
    ("verb", "said"),
    [("pause", ("paused", "staff")), ("stop", ("stopped", "staff"))],
)
async def test_what_staff_ordered_outlives_the_process(
    stage: Stage, verb: str, said: tuple[str, str]
) -> None:
    await begun(stage)
    await orders(stage, verb)
    await settled(stage)
    await restarted(stage)

    joined = await rejoined(stage, Part.VISITOR)

    recording = joined["recording"]
    assert (recording["state"], recording["by"]) == said  # type: ignore[index]


async def test_a_no_that_was_lost_in_a_kill_comes_before_anything_of_theirs(
    stage: Stage,
) -> None:
    await begun(stage)
    # The visitor says no, and the process is killed before it hears it.
    await restarted(stage)
    await rejoined(stage, Part.PRISONER)
    await going_on(stage)
    visitor = await stage.join(Part.VISITOR)
    await hear(visitor, "joined")
    await passes(stage, 4)

    await agree(visitor, given=False)

    await is_said(visitor, "stopped")
    await going_on(stage)
    engine = stage.hub.engine
    kept = [one[:2] for one in engine.done if one[0] == "record"]  # type: ignore[attr-defined]
    assert kept == [("record", PRISONER)]


async def test_a_refusal_before_the_visit_outlives_the_process(stage: Stage) -> None:
    await recording_wanted(stage)
    visitor = await stage.join(Part.VISITOR)
    await hear(visitor, "joined")
    await agree(visitor, given=False)
    await settled(stage)
    await restarted(stage)

    await stage.start()

    live = stage.hub.live(stage.visit.reference)
    assert live is not None
    assert live.room.snapshot().recording.state == "refused"  # type: ignore[union-attr]


async def test_a_service_that_stops_ends_what_it_records(stage: Stage) -> None:
    await begun(stage)

    await stage.hub.recording.stop()

    assert set(ordered(stage)) - BOTH == {
        ("stop_recording", PRISONER),
        ("stop_recording", VISITOR),
    }
    [recording] = await recordings(stage)
    assert recording.end_reason is RecordingEnd.INTERRUPTED
