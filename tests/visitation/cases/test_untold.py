"""A family whom no message of its answer reached is found, and told by somebody."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from scheduler import case_sweeps
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.visitation.cases.asking import People, actor, asked, people, reader
from visitation import cases
from visitation.cases import Board, Case, acts, boards, untold
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.messages import Message
from visitation.wording import Template
from visitation.words import CaseAction, Visibility

LATER = NOON + timedelta(minutes=10)


async def answered(database: Database, keyring: Keyring) -> tuple[People, int]:
    async with database.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
        await acts.grant(session, case, text="سه روز", by=actor(who.judge), now=NOON)
        return who, case.id


async def settled(database: Database, state: MessageState) -> None:
    async with database.write() as session:
        rows = await session.exec(
            select(Message).where(Message.template == Template.CASE_DECIDED)
        )
        message = rows.one()
        # The ladder has looked after it, and found no other way.
        message.state, message.look_at = state, None


async def history(database: Database, case_id: int) -> list[CaseAction]:
    async with database.read() as session:
        case = await session.get_one(Case, case_id)
        done = await cases.history(session, case, sight=Visibility.STAFF)
        return [one.action for one in done]


async def on_board(database: Database, who: People) -> tuple[int, int]:
    """How many the judge finds there, counted and listed."""
    async with database.read() as session:
        judge = await reader(session, who.judge)
        counts = await boards.counts(session, judge, now=LATER)
        page = await boards.listed(session, Board.UNTOLD, judge, now=LATER)
    return counts[Board.UNTOLD], len(page.rows)


@pytest.mark.parametrize(
    ("state", "found"),
    [
        (MessageState.UNDELIVERED, 1),
        (MessageState.FAILED, 1),
        (MessageState.EXPIRED, 1),
        (MessageState.SUPPRESSED, 1),
        (MessageState.DELIVERED, 0),
        (MessageState.ACCEPTED, 0),
        (MessageState.PENDING, 0),
    ],
)
async def test_who_was_not_reached_stands_on_the_board_once(
    database: Database, keyring: Keyring, clock: Clock, state: MessageState, found: int
) -> None:
    who, case_id = await answered(database, keyring)
    await settled(database, state)
    way = means(clock, keyring, FakeGateway())

    async def swept() -> int:
        return await case_sweeps.note_unreached(database, now=LATER, means=way)

    assert [await swept(), await swept()] == [found, 0]
    assert await on_board(database, who) == (found, found)
    noted = [CaseAction.RAISE, CaseAction.GRANT] + found * [CaseAction.NOT_REACHED]
    assert await history(database, case_id) == noted


async def test_whoever_has_no_number_is_not_reached_either(
    database: Database, keyring: Keyring, clock: Clock
) -> None:
    async with database.write() as session:
        who = await people(session)
        who.world.visitor.phone = who.world.visitor.helper_phone = None
        await session.flush()
        case = (await asked(session, who.world, keyring)).case
        await acts.deny(session, case, text="نشد", by=actor(who.judge), now=NOON)
    way = means(clock, keyring, FakeGateway())

    assert await case_sweeps.note_unreached(database, now=LATER, means=way) == 1
    assert await on_board(database, who) == (1, 1)


async def test_who_was_told_by_somebody_is_off_the_board_until_the_next_answer(
    database: Database, keyring: Keyring, clock: Clock
) -> None:
    who, case_id = await answered(database, keyring)
    await settled(database, MessageState.FAILED)
    way = means(clock, keyring, FakeGateway())
    await case_sweeps.note_unreached(database, now=LATER, means=way)
    async with database.write() as session:
        case = await session.get_one(Case, case_id)
        assert await untold.phones(session, case) == (who.world.visitor.phone,)
        for _press in range(2):
            await untold.told(session, case, by=actor(who.clerk), now=LATER)

    assert await on_board(database, who) == (0, 0)
    assert (await history(database, case_id))[-2:] == [
        CaseAction.NOT_REACHED,
        CaseAction.TELL,
    ]

    async with database.write() as session:
        case = await session.get_one(Case, case_id)
        judge = actor(who.judge)
        await acts.reopen(session, case, text="باز شود", by=judge, now=LATER)
        await acts.deny(session, case, text="نشد", by=judge, now=LATER)
        newest = await session.exec(
            select(Message)
            .where(Message.template == Template.CASE_DECIDED)
            .order_by(col(Message.id).desc())
        )
        found = newest.first()
        assert found is not None
        found.state, found.look_at = MessageState.FAILED, None
    assert await case_sweeps.note_unreached(database, now=LATER, means=way) == 1
    assert await on_board(database, who) == (1, 1)
