"""Everything the rules look at is read in the same few queries, whoever comes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.proposals import Proposal
from scheduler.situation import situation
from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.scheduler.queries import counted
from tests.scheduler.test_booking import TEN, at, book
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.visits import Balance
from visitation.words import ContactState, VisitKind


def proposal(world: World, **changes: object) -> Proposal:
    return replace(
        Proposal(
            prison_id=world.prison.id,
            terminal_id=world.terminal.id,
            span=at(TEN),
            kind=VisitKind.FAMILY,
            prisoner_id=world.prisoner.id,
            visitor_ids=frozenset({world.visitor.id}),
            kiosk_id=world.kiosk.id,
            official_id=world.official.id,
        ),
        **changes,
    )


@pytest.mark.parametrize("company", [1, 4])
async def test_a_situation_takes_four_queries(
    database: Database, keyring: Keyring, company: int
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        everybody = {world.visitor.id}
        for n in range(company):
            other = await make.visitor(session)
            await make.contact(session, world.prisoner, other)
            everybody.add(other.id)
            await make.terminal(session, world.prison)
            later = at(TEN + n * timedelta(minutes=30))
            await book(session, world, keyring, span=later, override_reason="-")
    async with database.read() as session:
        with counted(database) as sent:
            known, _ = await situation(
                session,
                proposal(world, visitor_ids=frozenset(everybody)),
                now=NOON,
            )
    assert len(sent) == 4
    assert known.approved == everybody
    assert known.week == Balance(granted=max(2, company), used=company)


async def test_a_visit_that_is_moved_is_not_in_its_own_way(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        asked = proposal(world, official_id=None)
        in_the_way, _ = await situation(session, asked, now=NOON)
        not_its_own, _ = await situation(session, asked, now=NOON, but_visit=visit.id)
    assert in_the_way.taken == {"terminal", "kiosk", "prisoner", "visitor"}
    assert (in_the_way.week.used, not_its_own.week.used) == (1, 0)
    assert not_its_own.taken == frozenset()


async def test_visitors_are_sorted_by_how_they_stand(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        banned, refused, stranger = [await make.visitor(session) for _ in range(3)]
        await make.contact(session, world.prisoner, banned, state=ContactState.BANNED)
        await make.contact(session, world.prisoner, refused, state=ContactState.REFUSED)
        those = {world.visitor.id, banned.id, refused.id, stranger.id}
        known, _ = await situation(
            session, proposal(world, visitor_ids=frozenset(those)), now=NOON
        )
    assert (known.approved, known.banned) == ({world.visitor.id}, {banned.id})


async def test_the_slots_are_those_of_the_local_day(database: Database) -> None:
    # 00:30 in Tehran is still the day before in UTC.
    async with database.write() as session:
        world = await make.world(session)
        night = at(TEN - timedelta(hours=9, minutes=30))
        known, opening = await situation(session, proposal(world, span=night), now=NOON)
    days = {opening.day(slot.span.start) for slot in known.slots}
    assert days == {opening.day(TEN)}
