from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from tests import make
from tests.conftest import NOON
from visitation import audit, people
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.messages import Message
from visitation.people import Scope, Visitor
from visitation.wording import Template

BY = audit.SYSTEM
ACT = {"by": BY, "now": NOON}
EVERYWHERE = Scope(everywhere=True)
NEW = "+989120001122"
NATIONAL_ID, OTHER_ID = "0013542419", "0499370899"


async def test_a_visitor_needs_no_phone_and_no_id(
    database: Database, keyring: Keyring
) -> None:
    add = {"keyring": keyring, **ACT}
    async with database.write() as session:
        mother = await people.add_visitor(session, name=" زهرا  كريمی ", **add)
        assert (mother.name, mother.phone, mother.reads) == ("زهرا  كريمی", None, True)
        with pytest.raises(Invalid, match="name: visitor_known"):
            await people.add_visitor(session, name="زهرا کریمی", **add)
        await people.add_visitor(
            session, name="زهرا کریمی", born_on=date(1980, 5, 1), **add
        )
        await people.add_visitor(
            session, name="زهرا کریمی", phone="+989121112233", **add
        )
        await people.add_visitor(
            session, name="زهرا کریمی", national_id=NATIONAL_ID, **add
        )
        with pytest.raises(Invalid, match="national_id: visitor_id_known"):
            await people.add_visitor(
                session, name="کسی دیگر", national_id=NATIONAL_ID, **add
            )
        with pytest.raises(Invalid, match="national_id: wrong_national_id"):
            await people.add_visitor(session, name="کسی", national_id="12", **add)
    async with database.read() as session:
        assert (
            len(
                await people.find_visitors(session, scope=EVERYWHERE, text="زهرا كريمي")
            )
            == 4
        )


async def test_a_visitor_is_corrected(database: Database, keyring: Keyring) -> None:
    correct = {
        "name": "زهرا کریمی‌نژاد",
        "phone": None,
        "language": "en",
        "reads": False,
        "born_on": date(1960, 1, 1),
        "keyring": keyring,
        **ACT,
    }
    async with database.write() as session:
        taken = await people.add_visitor(
            session, name="علی", national_id=NATIONAL_ID, keyring=keyring, **ACT
        )
        mother = await make.visitor(session)
        with pytest.raises(Invalid, match="national_id: visitor_id_known"):
            await people.edit_visitor(
                session, mother, national_id=NATIONAL_ID, **correct
            )
        await people.edit_visitor(session, mother, national_id=OTHER_ID, **correct)
        await people.edit_visitor(session, mother, **correct)
    async with database.read() as session:
        found = await session.get_one(Visitor, mother.id)
        entries = await session.exec(
            select(AuditEntry).where(AuditEntry.subject == f"visitor:{mother.id}")
        )
        changed = [entry.facts["changed"] for entry in entries]
    assert taken.id != found.id
    assert (found.name, found.name_folded) == ("زهرا کریمی‌نژاد", "زهرا کریمینژاد")
    assert (found.phone, found.language, found.reads, found.born_on) == (
        None,
        "en",
        False,
        date(1960, 1, 1),
    )
    assert people.masked_id(found.national_id_sealed, keyring=keyring).endswith("899")
    assert set(changed[0]) == {
        "name",
        "name_folded",
        "phone",
        "language",
        "reads",
        "born_on",
        "national_id",
    }
    assert changed[1] == []


async def test_a_number_that_is_theirs_no_longer_is_told_so(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        mother = await make.visitor(session)
        old = mother.phone
        for minute, phone in enumerate((old, NEW, NEW, None)):
            await people.edit_visitor(
                session,
                mother,
                name=mother.name,
                phone=phone,
                language="fa",
                reads=True,
                born_on=None,
                keyring=keyring,
                by=BY,
                now=NOON + timedelta(minutes=minute),
            )
    async with database.read() as session:
        told = (await session.exec(select(Message).order_by(col(Message.id)))).all()
    assert [(one.template, one.phone, one.variables) for one in told] == [
        (Template.PHONE_CHANGED, old, {}),
        (Template.PHONE_CHANGED, NEW, {}),
    ]


@pytest.mark.parametrize(
    "text", ["0912 111 2233", "۰۹۱۲۱۱۱۲۲۳۳", "+989121112233", "1112233", "0912-111"]
)
async def test_a_visitor_is_found_by_phone(sqlite: Database, text: str) -> None:
    async with sqlite.write() as session:
        mother = await make.visitor(session, phone="+989121112233")
        await make.visitor(session, phone="+989350000000")
        assert await people.find_visitors(session, scope=EVERYWHERE, text=text) == [
            mother
        ]


async def test_a_scope_finds_its_own_visitors_new_ones_and_exact_phones(
    database: Database,
) -> None:
    async with database.write() as session:
        here, there = await make.prison(session), await make.prison(session)
        own, others, new = [
            await make.visitor(session, name="زهرا", phone=f"+98912000000{at}")
            for at in range(3)
        ]
        await make.contact(session, await make.prisoner(session, here), own)
        await make.contact(session, await make.prisoner(session, there), others)
        scope = Scope(sites=frozenset({here.id}))
        find = {"scope": scope}
        by_name = await people.find_visitors(session, text="زهرا", **find)
        by_piece = await people.find_visitors(session, text="0912000", **find)
        exact = await people.find_visitors(session, text="0912 000 0001", **find)
        reached = [
            await people.reaches_visitor(session, one, scope=scope)
            for one in (own, others, new)
        ]
    assert {row.id for row in by_name} == {own.id, new.id}
    assert {row.id for row in by_piece} == {own.id, new.id}
    assert {row.id for row in exact} == {others.id}
    assert reached == [True, False, True]


async def test_pages_of_visitors_follow_each_other(database: Database) -> None:
    async with database.write() as session:
        known = [await make.visitor(session, name=name) for name in "ججخ"]
        first = await people.find_visitors(session, scope=EVERYWHERE, limit=1)
        rest = await people.find_visitors(session, scope=EVERYWHERE, after=first[0].id)
    assert [row.id for row in [*first, *rest]] == [row.id for row in known]
