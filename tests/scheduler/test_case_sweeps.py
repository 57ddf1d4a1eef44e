"""Families are told in a word what becomes of what they asked, and when it is late."""

from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from scheduler import case_sweeps, outgoing
from scheduler.means import Means
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.visitation.cases.asking import actor, asked, people
from visitation import retention
from visitation.audit import SYSTEM
from visitation.cases import Case, CaseStep, acts
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.messages import Message
from visitation.people import Account
from visitation.retention import Kept
from visitation.words import CaseAction, Channel

LATE = NOON + timedelta(days=13)


async def _said(database: Database, way: Means) -> list[str]:
    """What every message says, the oldest first."""
    async with database.read() as session:
        ids = (await session.exec(select(Message.id).order_by(col(Message.id)))).all()
        found = {
            one.message.id: one.letter.text if one.letter else one.refusal
            for one in await outgoing.outgoing(
                session, ids, way.gateways[0], means=way, now=NOON
            )
        }
    return [found[one] for one in ids]


async def test_a_family_is_told_the_code_and_then_the_answer(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    way = means(clock, keyring, FakeGateway(allows_link=True), link="https://v.example")
    async with database.write() as session:
        who = await people(session)
        who.world.visitor.language = "en"
        raised = await asked(session, who.world, keyring)
        judge = actor(who.judge)
        await acts.take(session, raised.case, by=judge, now=NOON)
        await acts.refer(session, raised.case, text="به زندان", by=judge, now=NOON)
        await acts.grant(session, raised.case, text="بله", by=judge, now=NOON)
        rows = (await session.exec(select(Message))).all()
    code = raised.tracking
    assert await _said(database, way) == [
        f"Your request is with us. Code: {code}. Answer by 5 Dec/14 Azar",
        f"News of request {code}: passed on.",
        f"Request {code} is decided: granted. Call the office.",
    ]
    assert code not in str([row.model_dump() for row in rows])


async def test_who_is_not_to_be_told_is_not(sqlite: Database, keyring: Keyring) -> None:
    async with sqlite.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
        await acts.deny(
            session, case, text="نه", tell=False, by=actor(who.judge), now=NOON
        )
        assert len((await session.exec(select(Message.id))).all()) == 1


async def test_whoever_has_no_phone_is_told_by_whoever_helps_them(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        who = await people(session)
        who.world.visitor.phone = None
        who.world.visitor.helper_phone = "+989121112233"
        who.world.visitor.reads = False
        await asked(session, who.world, keyring)
        row = (await session.exec(select(Message))).one()
        assert (row.phone, row.channel) == ("+989121112233", Channel.SMS)


async def test_a_late_answer_is_told_once_for_each_day_it_was_promised_for(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    way = means(clock, keyring, FakeGateway())
    async with database.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
    assert await case_sweeps.tell_late(database, now=NOON, means=way) == 0
    assert await case_sweeps.tell_late(database, now=LATE, means=way) == 1
    assert await case_sweeps.tell_late(database, now=LATE, means=way) == 0
    assert (await _said(database, way))[1:] == [
        "خبر درخواست "
        + "".join("۰۱۲۳۴۵۶۷۸۹"[int(one)] for one in await _code(database, keyring))
        + ": هنوز در بررسی."
    ]
    async with database.write() as session:
        await acts.postpone(
            session,
            await session.get_one(Case, case.id),
            due=(LATE + timedelta(days=2)).date(),
            reason="نوبت",
            by=actor(who.judge),
            now=LATE,
        )
    again = LATE + timedelta(days=3)
    assert await case_sweeps.tell_late(database, now=again, means=way) == 1


async def test_whom_nobody_can_write_to_stands_in_nobodys_way(
    database: Database,
    clock: Clock,
    keyring: Keyring,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    way = means(clock, keyring, FakeGateway())
    async with database.write() as session:
        who = await people(session)
        without = await make.visitor(session, phone=None)
        await make.contact(session, who.world.prisoner, without)
        await asked(session, who.world, keyring, visitor_id=without.id)
        await asked(session, who.world, keyring)
    monkeypatch.setattr(case_sweeps, "_AT_ONCE", 1)

    assert await case_sweeps.tell_late(database, now=LATE, means=way) == 1


async def test_a_family_is_told_when_staff_note_its_request_as_withdrawn(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    way = means(clock, keyring, FakeGateway())
    async with sqlite.write() as session:
        who = await people(session)
        who.world.visitor.language = "en"
        raised = await asked(session, who.world, keyring)
        by = actor(who.warden)
        await acts.withdraw(session, raised.case, text="تلفنی گفت", by=by, now=NOON)
    assert (await _said(sqlite, way))[1:] == [
        f"News of request {raised.tracking}: withdrawn."
    ]


async def _code(database: Database, keyring: Keyring) -> str:
    async with database.read() as session:
        case = (await session.exec(select(Case))).one()
        return keyring.open("tracking", case.tracking_sealed)


async def test_the_cases_of_whoever_was_shut_out_are_nobodys_again(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    way = means(clock, keyring, FakeGateway())
    async with database.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
        await acts.take(session, case, by=actor(who.other), now=NOON)
    assert await case_sweeps.give_back(database, now=LATE, means=way) == 0
    async with database.write() as session:
        await session.exec(
            update(Account)
            .where(col(Account.id) == who.other.id)
            .values(disabled_at=LATE)
        )
    assert await case_sweeps.give_back(database, now=LATE, means=way) == 1
    async with database.write() as session:
        step = (
            await session.exec(
                select(CaseStep).where(CaseStep.action == CaseAction.ASSIGN)
            )
        ).one()
        assert (step.account_id, step.facts) == (
            None,
            {"from": who.other.id, "to": None},
        )
        found = await session.get_one(Case, case.id)
        await acts.take(session, found, by=actor(who.judge), now=LATE)
        assert found.owner_id == who.judge.id


async def test_what_was_written_goes_when_it_was_kept_long_enough(
    database: Database, keyring: Keyring, clock: Clock
) -> None:
    way = means(clock, keyring, FakeGateway())
    async with database.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
        await acts.grant(session, case, text="سه روز", by=actor(who.judge), now=NOON)
        retained = {Kept.CASES: 400}
        await retention.choose(session, retained, by=SYSTEM, now=NOON)

    async def swept(days: int) -> int:
        now = NOON + timedelta(days=days)
        return await case_sweeps.erase(database, now=now, means=way)

    assert [await swept(days) for days in (399, 400, 401)] == [0, 1, 0]
    async with database.read() as session:
        erased = await session.get_one(Case, case.id)
    assert (erased.text, erased.answers) == ("", {})
