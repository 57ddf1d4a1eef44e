"""What was written for a case that ended long ago goes; that it was asked stays."""

from datetime import timedelta

import pytest
from sqlmodel import select

from tests.conftest import NOON
from tests.visitation.cases.asking import actor, asked, people
from visitation import cases
from visitation.audit import SYSTEM, Actor
from visitation.cases import (
    Case,
    CaseDocument,
    CaseOrder,
    Changed,
    IllegalStep,
    acts,
    documents,
    erasing,
    orders,
)
from visitation.cases.files import Sound
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.words import CaseAction, CaseState, Role, Visibility

YEAR = timedelta(days=365)
LATER = NOON + timedelta(hours=1)


async def answered(database: Database, keyring: Keyring) -> int:
    """A case that was asked twice, has a document, and was granted with an order."""
    async with database.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
        await asked(
            session,
            who.world,
            keyring,
            text="باز می‌پرسم",
            answers={"reason": "illness"},
        )
        judge = actor(who.judge)
        await documents.add(
            session,
            case,
            file=Sound(name="نامه.pdf", type="application/pdf", content=b"%PDF words"),
            visibility=Visibility.FAMILY,
            keyring=keyring,
            by=judge,
            now=NOON,
        )
        await acts.grant(session, case, text="سه روز", by=judge, now=NOON)
        await orders.make(
            session,
            case,
            site_id=who.world.prison.id,
            text="مرخصی ثبت شود",
            due_days=5,
            keyring=keyring,
            by=judge,
            now=NOON,
        )
        return case.id


async def finished(database: Database, case_id: int) -> Actor:
    """The order is carried out; who answers next."""
    async with database.write() as session:
        order = (
            await session.exec(select(CaseOrder).where(CaseOrder.case_id == case_id))
        ).one()
        judge = Actor.account(order.made_by_id, Role.OFFICIAL)
        await orders.carry_out(session, order, answer="انجام شد", by=judge, now=LATER)
        return judge


async def test_the_words_go_and_the_history_stays(
    database: Database, keyring: Keyring
) -> None:
    case_id = await answered(database, keyring)
    await finished(database, case_id)
    async with database.write() as session:
        case = await session.get_one(Case, case_id)
        before = await cases.history(session, case, sight=Visibility.OFFICIALS)
        assert await erasing.due(session, before=LATER, limit=9) == [case_id]
        now = LATER + YEAR
        await erasing.erase(session, case, before=LATER, by=SYSTEM, now=now)

    async with database.read() as session:
        case = await session.get_one(Case, case_id)
        after = await cases.history(session, case, sight=Visibility.OFFICIALS)
        kept = (await session.exec(select(CaseDocument))).all()
        (order,) = await cases.orders_of(session, case)
        again = await erasing.due(session, before=now, limit=9)

    assert (case.text, case.answers, case.state) == ("", {}, CaseState.GRANTED)
    assert [(one.action, one.at) for one in after] == [
        *((one.action, one.at) for one in before),
        (CaseAction.ERASE, now),
    ]
    assert {one.text for one in after} == {""}
    assert [name for one in after for name in one.facts if name == "was"] == []
    assert (kept, order.text, order.answer, again) == ([], "", "", [])


async def test_what_is_open_or_ordered_or_young_stays(
    database: Database, keyring: Keyring
) -> None:
    case_id = await answered(database, keyring)
    async with database.read() as session:
        ordered = await erasing.due(session, before=LATER, limit=9)
    judge = await finished(database, case_id)
    async with database.read() as session:
        young = await erasing.due(session, before=NOON, limit=9)
    async with database.write() as session:
        case = await session.get_one(Case, case_id)
        with pytest.raises(Changed):
            await erasing.erase(session, case, before=NOON, by=SYSTEM, now=LATER)
        await acts.reopen(session, case, text="باز شود", by=judge, now=LATER)
        opened = await erasing.due(session, before=LATER, limit=9)
        with pytest.raises(IllegalStep):
            await erasing.erase(session, case, before=LATER, by=SYSTEM, now=LATER)
    assert (ordered, young, opened) == ([], [], [])


async def test_what_is_written_after_it_is_erased_in_its_turn(
    database: Database, keyring: Keyring
) -> None:
    case_id = await answered(database, keyring)
    judge = await finished(database, case_id)
    async with database.write() as session:
        case = await session.get_one(Case, case_id)
        await erasing.erase(session, case, before=LATER, by=SYSTEM, now=LATER + YEAR)
        again = LATER + YEAR + timedelta(days=1)
        await acts.reopen(session, case, text="باز شود", by=judge, now=again)
        await acts.deny(session, case, text="نشد", by=judge, now=again)
        assert await erasing.due(session, before=again, limit=9) == [case_id]
        await erasing.erase(session, case, before=again, by=SYSTEM, now=again + YEAR)
        history = await cases.history(session, case, sight=Visibility.OFFICIALS)
    assert [one.action for one in history][-4:] == [
        CaseAction.ERASE,
        CaseAction.REOPEN,
        CaseAction.DENY,
        CaseAction.ERASE,
    ]
