"""Staff watch a visit, and that is told to everybody in it and on record."""

from datetime import timedelta

from sqlmodel import col, select

from signaling import conduct
from tests.signaling.conftest import (
    WARDEN,
    Stage,
    hear,
    in_call,
    live_of,
    passes,
    rejoined,
    restarted,
)
from visitation import calls
from visitation.audit.tables import AuditEntry
from visitation.words import Part

MINUTE = timedelta(minutes=1)


async def times(stage: Stage) -> list[tuple[timedelta, timedelta | None]]:
    """From when to when it was watched, counted from the visit's beginning."""
    await stage.hub.settled()
    async with stage.database.read() as session:
        found = await calls.watching.times(session, visit_id=stage.visit.id)
    begin = stage.visit.starts_at
    return [(one.since - begin, one.until and one.until - begin) for one in found]


async def noted(stage: Stage) -> list[tuple[str, str]]:
    async with stage.database.read() as session:
        rows = await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))
        found = [one for one in rows if one.action.startswith("watching")]
    return [(one.action, one.actor) for one in found]


async def test_from_when_to_when_it_was_watched_is_told_and_kept(stage: Stage) -> None:
    prisoner, _visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    staff = await stage.watch()
    stage.clock.forward(MINUTE)
    watching = await stage.join(Part.MONITOR)
    await hear(watching, "joined")
    said = await hear(prisoner, "watching")
    stage.clock.forward(MINUTE)
    await watching.send_json({"type": "leave", "reason": "left"})
    ended = await hear(prisoner, "watching")

    assert (said["participant"], said["until"]) == (staff.reference, None)
    assert (ended["since"], ended["participant"]) == (said["since"], staff.reference)
    assert ended["until"] is not None
    assert await times(stage) == [(MINUTE, 2 * MINUTE)]
    by = f"account:{staff.account_id}"
    assert await noted(stage) == [("watching_began", by), ("watching_ended", by)]


async def test_a_line_that_is_gone_for_good_ends_it(stage: Stage) -> None:
    await in_call(stage, Part.PRISONER, Part.VISITOR)
    staff = await stage.watch()
    await hear(await stage.join(Part.MONITOR), "joined")
    stage.clock.forward(MINUTE)
    live = live_of(stage)
    stage.hub.lost(live.peers[staff.reference])
    assert await times(stage) == [(timedelta(0), None)]
    await passes(stage, 60)

    assert await times(stage) == [(timedelta(0), 2 * MINUTE)]


async def test_the_end_of_the_visit_ends_it(stage: Stage) -> None:
    await in_call(stage, Part.PRISONER, Part.VISITOR)
    await stage.watch()
    await hear(await stage.join(Part.MONITOR), "joined")
    stage.clock.forward(3 * MINUTE)
    await conduct.end(stage.hub, stage.visit.reference, by=WARDEN, now=stage.clock())

    assert await times(stage) == [(timedelta(0), 3 * MINUTE)]


async def test_a_process_that_is_killed_ends_it_where_it_was_last_seen(
    stage: Stage,
) -> None:
    await in_call(stage, Part.PRISONER, Part.VISITOR)
    await stage.watch()
    await hear(await stage.join(Part.MONITOR), "joined")
    await stage.hub.settled()
    stage.clock.forward(MINUTE)
    stage.hub.note_presence()
    await stage.hub.settled()
    stage.clock.forward(MINUTE)
    await restarted(stage)
    await rejoined(stage, Part.MONITOR)

    assert await times(stage) == [(timedelta(0), MINUTE), (2 * MINUTE, None)]
    assert [action for action, _ in await noted(stage)] == [
        "watching_began",
        "watching_ended",
        "watching_began",
    ]
