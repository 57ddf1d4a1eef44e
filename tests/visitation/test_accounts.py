from datetime import timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from tests.conftest import NOON
from visitation import audit, devices, people
from visitation.audit import Actor
from visitation.database import Database
from visitation.devices import LoginSession, SessionLife
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.messages import Message
from visitation.people import FactorGone, Scope
from visitation.wording import Template
from visitation.words import Role

BY = audit.SYSTEM
ACT = {"by": BY, "now": NOON}


async def test_a_username_is_one_accounts(database: Database) -> None:
    add = {"name": "مریم", "password_hash": "-", **ACT}
    async with database.write() as session:
        account = await people.add_account(
            session, username=" Maryam ", role=Role.WARDEN, **add
        )
        assert account.username == "maryam"
        with pytest.raises(people.UsernameTaken):
            await people.add_account(session, username="MARYAM", role=Role.CLERK, **add)
        with pytest.raises(Invalid, match="role: not_staff"):
            await people.add_account(session, username="zahra", role=Role.FAMILY, **add)
        assert await people.account_named(session, "maryaM ") == account
        assert await people.account_named(session, "nobody") is None


async def test_a_disabled_account_has_no_session_left(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        account = await make.account(session, Role.CLERK)
        await devices.begin_session(
            session,
            keyring=keyring,
            life=SessionLife(),
            now=NOON,
            account_id=account.id,
        )
        await session.flush()
        await people.disable_account(session, account, **ACT)
        assert account.disabled_at == NOON
        assert (await session.exec(select(LoginSession))).all() == []
        await people.enable_account(session, account, **ACT)
        assert account.disabled_at is None


async def test_nobody_disables_themselves_or_widens_their_own_reach(
    database: Database,
) -> None:
    async with database.write() as session:
        province = await make.province(session)
        me = await make.account(session, Role.ADMINISTRATOR, provinces=[province])
        myself = Actor.account(me.id, me.role)
        with pytest.raises(Invalid, match="account: own_account"):
            await people.disable_account(session, me, by=myself, now=NOON)
        edit = {"name": "من", "phone": None, "language": "en"}
        with pytest.raises(Invalid, match="account: own_account"):
            await people.edit_account(
                session, me, everywhere=True, by=myself, now=NOON, **edit
            )
        await people.edit_account(
            session, me, provinces=[province.id], by=myself, now=NOON, **edit
        )
    assert (me.name, me.language, me.everywhere) == ("من", "en", False)


async def test_an_account_reaches_what_it_was_given_last(database: Database) -> None:
    async with database.write() as session:
        province = await make.province(session)
        site = await make.prison(session)
        account = await make.account(session, Role.CLERK, provinces=[province])
        edit = {"name": "-", "phone": None, "language": "fa", **ACT}
        await people.edit_account(session, account, sites=[site.id, site.id], **edit)
        assert await people.scope_of(session, account) == Scope(
            sites=frozenset({site.id})
        )
        await people.edit_account(
            session, account, everywhere=True, sites=[site.id], **edit
        )
        assert await people.scope_of(session, account) == Scope(everywhere=True)
        await people.edit_account(session, account, **edit)
        assert await people.scope_of(session, account) == Scope()


async def test_a_scope_reaches_its_provinces_and_its_sites(database: Database) -> None:
    async with database.write() as session:
        here, there = await make.province(session), await make.province(session)
        inside = await make.prison(session, here)
        outside = await make.prison(session, there)
    for scope, reached in (
        (Scope(everywhere=True), [True, True]),
        (Scope(provinces=frozenset({here.id})), [True, False]),
        (Scope(sites=frozenset({outside.id})), [False, True]),
        (Scope(), [False, False]),
    ):
        assert [scope.reaches(site) for site in (inside, outside)] == reached


async def test_a_scope_encloses_what_reaches_no_further(database: Database) -> None:
    async with database.write() as session:
        here, there = await make.province(session), await make.province(session)
        inside = await make.prison(session, here)
        outside = await make.prison(session, there)
        everywhere = Scope(everywhere=True)
        own = Scope(provinces=frozenset({here.id}))
        one = Scope(sites=frozenset({inside.id}))
        other = Scope(sites=frozenset({outside.id}))
        both = Scope(sites=frozenset({inside.id, outside.id}))
        for outer, inner, answer in (
            (everywhere, everywhere, True),
            (everywhere, both, True),
            (own, everywhere, False),
            (own, own, True),
            (own, one, True),
            (own, other, False),
            (own, both, False),
            (one, own, False),
            (one, one, True),
            (own, Scope(), True),
            (Scope(), one, False),
        ):
            assert await people.encloses(session, outer, inner) is answer


async def test_accounts_are_listed_to_those_who_reach_as_far(
    database: Database,
) -> None:
    async with database.write() as session:
        here, there = await make.province(session), await make.province(session)
        inside = await make.prison(session, here)
        chief = await make.account(session, Role.ADMINISTRATOR, username="a")
        mine = await make.account(session, Role.CLERK, provinces=[here], username="b")
        single = await make.account(session, Role.WARDEN, sites=[inside], username="c")
        theirs = await make.account(
            session, Role.CLERK, provinces=[there], username="d"
        )
        mixed = await make.account(
            session, Role.CLERK, provinces=[here, there], username="e"
        )
        everyone = await people.find_accounts(session, within=Scope(everywhere=True))
        own = await people.find_accounts(
            session, within=Scope(provinces=frozenset({here.id}))
        )
        site_only = await people.find_accounts(
            session, within=Scope(sites=frozenset({inside.id}))
        )
    assert [account.id for account, _ in everyone] == [
        chief.id,
        mine.id,
        single.id,
        theirs.id,
        mixed.id,
    ]
    assert own == [
        (mine, Scope(provinces=frozenset({here.id}))),
        (single, Scope(sites=frozenset({inside.id}))),
    ]
    assert [account.id for account, _ in site_only] == [single.id]


async def test_the_number_that_an_account_had_is_told_of_what_was_changed(
    database: Database, keyring: Keyring
) -> None:
    old, new = "+989121112233", "+989124445566"
    async with database.write() as session:
        account = await make.account(session, Role.CLERK, phone=old)
        known = {"name": account.name, "language": "fa", "everywhere": True}
        await people.edit_account(session, account, phone=old, **known, **ACT)
        assert await told(session) == []
        await people.edit_account(session, account, phone=new, **known, **ACT)
        assert await told(session) == [old]
        enrol = {"secret": "JBSWY3DPEHPK3PXP", "keyring": keyring}
        await people.enrol_totp(session, account, **enrol, **ACT)
        await people.forget_totp(session, account, why=FactorGone.STOLEN, **ACT)
        await people.change_password(session, account, password_hash="-", **ACT)
        assert await told(session) == [old, new, new]
        account.phone = None
        await people.change_password(session, account, password_hash="-", **ACT)
        assert await told(session) == [old, new, new]


async def told(session: AsyncSession) -> list[str]:
    await session.flush()
    rows = await session.exec(
        select(Message.phone)
        .where(Message.template == Template.ACCOUNT_CHANGED)
        .order_by(Message.id)
    )
    return list(rows.all())


async def test_the_last_sign_in_is_known_of_those_who_ever_did(
    database: Database,
) -> None:
    async with database.write() as session:
        clerk, warden = [
            await make.account(session, role) for role in (Role.CLERK, Role.WARDEN)
        ]
        for at in (NOON, NOON + timedelta(hours=1)):
            by = Actor.account(clerk.id, clerk.role)
            audit.note(session, by, "sign_in", f"account:{clerk.id}", now=at)
        audit.note(session, BY, "sign_in_refused", f"account:{warden.id}", now=NOON)
        await session.flush()
        found = await people.last_signed_in(session, [clerk.id, warden.id])
        assert found == {clerk.id: NOON + timedelta(hours=1)}
