"""The record of a visit, its claims and its codes, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import func, select

from tests import make
from tests.conftest import NOON
from tests.visitation.booked import booked
from visitation import audit, visits
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.errors import NotFound
from visitation.lifecycle import IllegalMove, VisitAction, VisitState
from visitation.places import Closure
from visitation.timespan import Timespan
from visitation.visits import Claim, Cover, Taken, Visit, claims
from visitation.words import Attendance, Outcome

ACT = {"by": audit.SYSTEM, "now": NOON}
MINUTE = timedelta(minutes=1)
TURNOVER = 5 * MINUTE


def span(start: int, end: int) -> Timespan:
    return Timespan(NOON + start * MINUTE, NOON + end * MINUTE)


async def claimed(session, **owner: int) -> dict[str, int]:
    """How many quanta of each resource somebody holds."""
    rows = await session.exec(
        select(Claim.resource, func.count())
        .where(*(getattr(Claim, name) == value for name, value in owner.items()))
        .group_by(Claim.resource)
    )
    return dict(rows.all())


def test_resources_are_named_by_kind_and_number() -> None:
    assert visits.resources(
        terminal_id=1, kiosk_id=2, prisoner_id=3, visitor_ids=[4, 5], official_id=6
    ) == {"terminal:1", "kiosk:2", "prisoner:3", "visitor:4", "visitor:5", "official:6"}
    assert visits.resources() == frozenset()


async def test_seats_are_kept_for_the_turnover_and_people_are_not(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await booked(session, world)
        held = await claimed(session, visit_id=visit.id)
    assert held == {
        f"terminal:{world.terminal.id}": 7,
        f"kiosk:{world.kiosk.id}": 7,
        f"prisoner:{world.prisoner.id}": 6,
        f"visitor:{world.visitor.id}": 6,
    }


async def test_what_is_taken_is_named_and_nothing_else_is_claimed(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await booked(session, world)
        other = await make.terminal(session, world.prison)
        second, _ = await booked(
            session, world, starts_at=NOON + 60 * MINUTE, terminal_id=other.id
        )
        terminal, free = f"terminal:{world.terminal.id}", f"terminal:{other.id}"
        for wanted, taken in (
            (span(0, 30), {terminal}),
            (span(30, 60), {terminal, free}),
            (span(-30, 0), {terminal}),
            (span(35, 55), set()),
        ):
            if not taken:
                await visits.take(
                    session,
                    {terminal, free},
                    wanted,
                    visit_id=second.id,
                    turnover=TURNOVER,
                )
                continue
            before = await claimed(session)
            with pytest.raises(Taken) as refused:
                await visits.take(
                    session,
                    {terminal, free},
                    wanted,
                    visit_id=second.id,
                    turnover=TURNOVER,
                )
            assert refused.value.resources == taken
            assert await claimed(session) == before


async def test_people_may_go_from_one_visit_straight_to_the_next(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await booked(session, world)
        terminal, kiosk = (
            await make.terminal(session, world.prison),
            await make.kiosk(session, world.point),
        )
        await booked(
            session,
            world,
            starts_at=NOON + 30 * MINUTE,
            terminal_id=terminal.id,
            kiosk_id=kiosk.id,
        )


async def test_a_closure_and_a_visit_never_share_a_quantum(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        closure = Closure(
            site_id=world.prison.id,
            starts_at=NOON - 60 * MINUTE,
            ends_at=NOON + 5 * MINUTE,
            reason="تعمیر",
        )
        session.add(closure)
        await session.flush()
        terminal = {f"terminal:{world.terminal.id}"}
        await visits.take(session, terminal, span(-60, 5), closure_id=closure.id)
        with pytest.raises(Taken):
            await _booked_or_nothing(session, world)
        await visits.release(session, closure_id=closure.id)
        assert await claimed(session) == {}
        await booked(session, world)


async def _booked_or_nothing(session, world) -> None:
    async with session.begin_nested():
        await booked(session, world)


async def test_another_constraint_is_no_clash(database: Database) -> None:
    async with database.write() as session:
        with pytest.raises(IntegrityError):
            await visits.take(session, {"terminal:1"}, span(0, 30))


async def test_a_visit_is_retimed_over_its_own_claims(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await booked(session, world)
        terminal = f"terminal:{world.terminal.id}"
        await visits.retime(session, visit, {terminal}, span(15, 45), turnover=TURNOVER)
        assert await claimed(session) == {terminal: 7}
        free = await claims.held(session, {terminal}, span(0, 15))
        held = await claims.held(session, {terminal}, span(45, 50))
        assert (free, held) == (frozenset(), {terminal})
        own = await claims.held(session, {terminal}, span(0, 60), but_visit=visit.id)
        assert own == frozenset()


async def test_what_no_visit_holds_is_held_all_the_same(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        official = f"official:{world.official.id}"
        cover = Cover(
            reference="cover",
            official_id=world.official.id,
            attendance=Attendance.DESK,
            prison_id=world.prison.id,
            starts_at=NOON,
            ends_at=NOON + 60 * MINUTE,
        )
        session.add(cover)
        await session.flush()
        await visits.take(session, {official}, span(0, 60), cover_id=cover.id)
        assert await claims.held(session, {official}, span(30, 90)) == {official}


async def test_a_refused_retiming_keeps_the_old_claims(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await booked(session, world)
        await booked(session, world, starts_at=NOON + 60 * MINUTE)
        before = await claimed(session, visit_id=visit.id)
        names = set(before)
        with pytest.raises(Taken) as refused:
            await visits.retime(session, visit, names, span(45, 75), turnover=TURNOVER)
        assert refused.value.resources == names
        assert await claimed(session, visit_id=visit.id) == before
    async with database.read() as session:
        assert await claimed(session, visit_id=visit.id) == before


async def test_what_has_passed_stays_claimed_when_the_rest_is_given_back(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await booked(session, world)
        await visits.release(session, visit_id=visit.id, after=NOON + 12 * MINUTE)
        assert await claimed(session) == {
            f"terminal:{world.terminal.id}": 3,
            f"kiosk:{world.kiosk.id}": 3,
            f"prisoner:{world.prisoner.id}": 3,
            f"visitor:{world.visitor.id}": 3,
        }


async def test_a_claim_needs_few_statements_however_long_it_is(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        closure = Closure(
            site_id=world.prison.id,
            starts_at=NOON,
            ends_at=NOON + timedelta(days=31),
            reason="-",
        )
        session.add(closure)
        await session.flush()
        names = {f"terminal:{number}" for number in range(1)}
        month = Timespan(NOON, NOON + timedelta(days=31))
        await visits.take(session, names, month, closure_id=closure.id)
        assert await claimed(session) == dict.fromkeys(names, 31 * 24 * 12)


async def test_a_move_changes_the_visit_once_and_is_on_record(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await booked(session, world)
        await visits.move(
            session,
            visit,
            VisitAction.CANCEL,
            facts={"outcome": "late"},
            outcome=Outcome.LATE,
            **ACT,
        )
        assert (visit.state, visit.outcome) == (VisitState.CANCELLED, Outcome.LATE)
        with pytest.raises(IllegalMove):
            await visits.move(session, visit, VisitAction.START, **ACT)
        (entry,) = await audit.history(session, visit_id=visit.id)
        assert (entry.action, entry.subject, entry.facts) == (
            "visit_cancel",
            f"visit:{visit.id}",
            {"outcome": "late"},
        )


async def test_who_comes_second_is_overtaken(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await booked(session, world)
    async with database.read() as session:
        stale = (await session.exec(select(Visit))).one()
    async with database.write() as session:
        fresh = await visits.by_reference(session, stale.reference)
        await visits.move(session, fresh, VisitAction.START, **ACT)
    async with database.write() as session:
        with pytest.raises(visits.Overtaken):
            await visits.move(session, stale, VisitAction.CANCEL, **ACT)
    async with database.read() as session:
        found = await visits.by_reference(session, stale.reference)
        entries = (await session.exec(select(AuditEntry.action))).all()
    assert found.state is VisitState.LIVE
    assert entries == ["visit_start"]


async def test_a_visit_is_found_by_its_reference(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, people = await booked(session, world)
        assert await visits.by_reference(session, visit.reference) == visit
        assert await visits.participants(session, visit.id) == list(people)
        with pytest.raises(NotFound):
            await visits.by_reference(session, "nothing")
