"""Everybody finds on their boards what is theirs to do, and nothing else."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from tests import make
from tests.conftest import NOON
from tests.visitation.cases.asking import People, actor, asked, people, reader
from visitation import cases
from visitation.cases import Board, Case, Wanted, acts, boards, orders
from visitation.database import Database
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.people import Account
from visitation.words import CaseKind, CaseSource, Role

LATE = NOON + timedelta(days=40)


async def _some(
    database: Database, keyring: Keyring
) -> tuple[People, Mapping[str, Case]]:
    """A case of each sort: asked, taken, granted with an order, and kept apart."""
    async with database.write() as session:
        who = await people(session)
        world, judge = who.world, actor(who.judge)
        made = {
            "furlough": (await asked(session, world, keyring)).case,
            "medical": (
                await asked(
                    session,
                    world,
                    keyring,
                    kind=CaseKind.MEDICAL,
                    point_id=world.point.id,
                    brief=True,
                )
            ).case,
            "pardon": (await asked(session, world, keyring, kind=CaseKind.PARDON)).case,
            "complaint": (
                await asked(
                    session, world, keyring, kind=CaseKind.COMPLAINT, brief=True
                )
            ).case,
            "lawyer": (
                await asked(
                    session,
                    world,
                    keyring,
                    kind=CaseKind.STATUS,
                    source=CaseSource.PROFESSIONAL,
                    brief=True,
                )
            ).case,
        }
        await acts.take(session, made["furlough"], by=judge, now=NOON)
        await acts.grant(session, made["pardon"], text="بله", by=judge, now=NOON)
        await orders.make(
            session,
            made["pardon"],
            text="نامه بفرستید",
            due_days=5,
            site_id=world.prison.id,
            keyring=keyring,
            by=judge,
            now=NOON,
        )
    return who, made


async def _on(
    database: Database, account: Account, board: Board, made: Mapping[str, Case]
) -> set[str]:
    names = {case.id: name for name, case in made.items()}
    async with database.read() as session:
        page = await boards.listed(
            session, board, await reader(session, account), now=NOON
        )
    return {names[one.id] for one in page.rows}


async def test_what_waits_stands_on_the_boards_of_those_who_decide_it(
    database: Database, keyring: Keyring
) -> None:
    who, made = await _some(database, keyring)
    everything = set(made)
    found = {
        (account.role, board): await _on(database, account, board, made)
        for account in (who.judge, who.warden, who.clerk)
        for board in (Board.MINE, Board.UNOWNED, Board.OPEN)
    }
    assert found == {
        (Role.OFFICIAL, Board.MINE): {"furlough", "pardon"},
        (Role.OFFICIAL, Board.UNOWNED): {"medical", "complaint", "lawyer"},
        (Role.OFFICIAL, Board.OPEN): everything,
        (Role.WARDEN, Board.MINE): set(),
        (Role.WARDEN, Board.UNOWNED): {"medical"},
        (Role.WARDEN, Board.OPEN): {"furlough", "medical", "pardon"},
        (Role.CLERK, Board.MINE): set(),
        (Role.CLERK, Board.UNOWNED): set(),
        (Role.CLERK, Board.OPEN): {"medical"},
    }


async def test_a_granted_case_is_listed_until_its_order_is_done(
    database: Database, keyring: Keyring
) -> None:
    who, made = await _some(database, keyring)
    async with database.write() as session:
        warden = await reader(session, who.warden)
        (order,) = await cases.orders_for(session, warden)
        assert (order.case, order.to, order.text) == (
            made["pardon"].reference,
            who.world.prison.name,
            "نامه بفرستید",
        )
        row = await orders.by_reference(session, order.reference)
        await orders.carry_out(
            session, row, answer="فرستادیم", by=actor(who.warden), now=NOON
        )
        assert await cases.orders_for(session, warden) == []
        (done,) = await cases.orders_for(session, warden, is_open=False)
        assert done.answer == "فرستادیم"
    assert await _on(database, who.judge, Board.MINE, made) == {"furlough"}


async def test_a_warden_reads_what_is_kept_from_the_prison_once_ordered_to_act(
    database: Database, keyring: Keyring
) -> None:
    who, made = await _some(database, keyring)
    async with database.write() as session:
        case = await cases.by_reference(session, made["complaint"].reference)
        await orders.make(
            session,
            case,
            text="گزارش بدهید",
            due_days=2,
            site_id=who.world.prison.id,
            keyring=keyring,
            by=actor(who.judge),
            now=NOON,
        )
    assert "complaint" in await _on(database, who.warden, Board.OPEN, made)


async def test_what_is_late_is_counted_and_found_by_prison(
    database: Database, keyring: Keyring
) -> None:
    who, _made = await _some(database, keyring)
    async with database.read() as session:
        judge = await reader(session, who.judge)
        assert await boards.counts(session, judge, now=NOON) == {
            Board.MINE: 2,
            Board.DUE: 0,
            Board.OVERDUE: 0,
            Board.UNOWNED: 3,
            Board.UNTOLD: 0,
            Board.OPEN: 5,
        }
        late = await boards.counts(session, judge, now=LATE)
        assert late[Board.OVERDUE] == 5
        (prison,) = await boards.by_prison(session, judge, now=LATE)
        assert (prison.site_id, prison.open, prison.overdue) == (
            who.world.prison.id,
            5,
            5,
        )


async def test_a_board_is_read_page_by_page_without_a_gap(
    database: Database, keyring: Keyring
) -> None:
    who, made = await _some(database, keyring)
    async with database.read() as session:
        judge = await reader(session, who.judge)
        for by_change in (False, True):
            found, after = [], ""
            while True:
                page = await boards.listed(
                    session,
                    Board.ALL,
                    judge,
                    now=NOON,
                    by_change=by_change,
                    after=after,
                    limit=2,
                )
                found += [one.id for one in page.rows]
                after = page.onward
                if not after:
                    break
            assert sorted(found) == sorted(case.id for case in made.values())
        for wrong in ("x", "1.x", "9" * 400 + ".1"):
            with pytest.raises(Invalid):
                await boards.listed(session, Board.ALL, judge, now=NOON, after=wrong)


async def test_a_board_is_narrowed_and_ends_at_the_readers_reach(
    database: Database, keyring: Keyring
) -> None:
    who, made = await _some(database, keyring)
    async with database.write() as session:
        away = await make.prison(session)
        outside = await make.account(session, Role.OFFICIAL, sites=[away])
        judge = await reader(session, who.judge)
        only = Wanted(
            kinds=[CaseKind.PARDON],
            prison_id=who.world.prison.id,
            prisoner_ids=[who.world.prisoner.id],
            changed_since=NOON,
        )
        page = await boards.listed(session, Board.ALL, judge, now=NOON, wanted=only)
        assert [one.id for one in page.rows] == [made["pardon"].id]
        mine = await cases.of_prisoner(
            session, prisoner_id=who.world.prisoner.id, reader=judge
        )
        assert [one.id for one in mine] == sorted(
            (case.id for case in made.values()), reverse=True
        )
    assert await _on(database, outside, Board.ALL, made) == set()
