"""Whoever watches a visit leaves a trace, however it ends."""

from datetime import timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from tests.visitation.calling import at, live
from visitation import audit, calls
from visitation.audit.tables import AuditEntry
from visitation.calls.watching import Watched
from visitation.database import Database
from visitation.lifecycle import ParticipantState
from visitation.visits import Participant, Visit
from visitation.words import Part, Role

BY = audit.Actor.account(1, Role.WARDEN)


async def watcher(session: AsyncSession, visit: Visit) -> Participant:
    person = Participant(
        reference="watcher", visit_id=visit.id, part=Part.MONITOR, account_id=None
    )
    session.add(person)
    await session.flush()
    return person


async def watched(session: AsyncSession) -> tuple[Visit, Participant]:
    """A visit that goes on, and who has watched it since its second minute."""
    visit, _ = await live(session, await make.world(session))
    staff = await watcher(session, visit)
    await calls.joined(session, staff, by=BY, now=at(2))
    return visit, staff


async def trace(session: AsyncSession) -> list[tuple[str, object]]:
    rows = await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))
    kept = ("watching", "participant")
    return [(one.action, one.at) for one in rows if one.action.startswith(kept)]


async def test_when_staff_watched_is_on_record(database: Database) -> None:
    async with database.write() as session:
        visit, (_, mother) = await live(session, await make.world(session))
        staff = await watcher(session, visit)
        await calls.joined(session, mother, by=BY, now=at(1))
        await calls.joined(session, staff, by=BY, now=at(2))
        await calls.left(session, staff, reason="left", by=BY, now=at(9))
        await calls.joined(session, staff, by=BY, now=at(20))

        assert await calls.watching.times(session, visit_id=visit.id) == (
            Watched(participant_id=staff.id, since=at(2), until=at(9)),
            Watched(participant_id=staff.id, since=at(20), until=None),
        )
        assert await trace(session) == [
            ("participant_joined", at(1)),
            ("watching_began", at(2)),
            ("watching_ended", at(9)),
            ("watching_began", at(20)),
        ]


async def test_a_line_that_breaks_ends_it_only_with_the_place(
    database: Database,
) -> None:
    async with database.write() as session:
        visit, staff = await watched(session)
        await calls.reconnecting(session, staff, now=at(5))
        minute = timedelta(minutes=1)
        await calls.returned(session, staff, lost=minute, by=BY, now=at(6))
        await calls.reconnecting(session, staff, now=at(10))
        await calls.left(session, staff, reason="lost", by=BY, now=at(11), lost=minute)

        assert await calls.watching.times(session, visit_id=visit.id) == (
            Watched(participant_id=staff.id, since=at(2), until=at(11)),
        )
        assert await trace(session) == [
            ("watching_began", at(2)),
            ("participant_reconnecting", at(5)),
            ("participant_joined", at(6)),
            ("participant_reconnecting", at(10)),
            ("watching_ended", at(11)),
        ]


async def test_a_service_that_was_killed_ends_it_when_they_were_last_seen(
    database: Database,
) -> None:
    async with database.write() as session:
        visit, staff = await watched(session)
        await calls.seen(session, [visit.reference], now=at(7))
        await calls.went_down(session, visit, now=at(15))

        assert await calls.watching.times(session, visit_id=visit.id) == (
            Watched(participant_id=staff.id, since=at(2), until=at(7)),
        )
        assert staff.state is ParticipantState.LEFT
        assert await trace(session) == [
            ("watching_began", at(2)),
            ("watching_ended", at(7)),
        ]


async def test_whoever_only_waited_to_watch_has_not_watched(
    database: Database,
) -> None:
    async with database.write() as session:
        visit, _ = await live(session, await make.world(session))
        staff = await watcher(session, visit)
        await calls.waiting(session, staff, by=BY, now=at(-5))
        await calls.left(session, staff, reason="left", by=BY, now=at(-3))

        assert await calls.watching.times(session, visit_id=visit.id) == ()
        assert await trace(session) == [
            ("participant_waiting", at(-5)),
            ("participant_left", at(-3)),
        ]
