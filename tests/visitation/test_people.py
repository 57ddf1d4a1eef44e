"""Prisoners, visitors, contacts, accounts and tokens, on both databases."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from visitation import audit, devices, people
from visitation.audit import Actor
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.devices import LoginSession, SessionLife
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.people import Contact, Scope, Standing, Visitor
from visitation.words import ContactState, Relation, Role

BY = audit.SYSTEM
ACT = {"by": BY, "now": NOON}
NATIONAL_ID, OTHER_ID = "0013542419", "0499370899"
DAY = timedelta(days=1)
EVERYWHERE = Scope(everywhere=True)


async def test_a_prisoner_is_found_however_the_name_is_typed(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        reza = await people.add_prisoner(
            session,
            site_id=prison.id,
            number=" ۱۲۳۴ ",
            name=" رضا كريمي ",
            keyring=keyring,
            **ACT,
        )
        await make.prisoner(session, prison, name="حسن رضایی", number="77")
        everywhere = Scope(everywhere=True)
        for text in ("رضا کریمی", "كريمي", "1234", "۲۳", ""):
            found = await people.find_prisoners(session, scope=everywhere, text=text)
            assert reza in found, text
        assert reza.number == "1234"
        assert reza.name == "رضا كريمي"
        none = await people.find_prisoners(session, scope=everywhere, text="%")
        assert none == []


async def test_prisoners_outside_a_scope_are_not_found(database: Database) -> None:
    async with database.write() as session:
        here, there = await make.province(session), await make.province(session)
        inside = await make.prisoner(session, await make.prison(session, here))
        outside = await make.prisoner(session, await make.prison(session, there))
        for scope, found in (
            (Scope(everywhere=True), {inside.id, outside.id}),
            (Scope(provinces=frozenset({here.id})), {inside.id}),
            (Scope(sites=frozenset({outside.site_id})), {outside.id}),
            (Scope(), set()),
        ):
            rows = await people.find_prisoners(session, scope=scope)
            assert {row.id for row in rows} == found


async def test_pages_of_prisoners_follow_each_other(database: Database) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        known = [
            await make.prisoner(session, prison, name=name)
            for name in ("الف", "ب", "ب", "پ")
        ]
        scope = Scope(sites=frozenset({prison.id}))
        first = await people.find_prisoners(session, scope=scope, limit=2)
        rest = await people.find_prisoners(session, scope=scope, after=first[-1].id)
    assert {row.id for row in [*first, *rest]} == {row.id for row in known}
    assert len(first) == len(rest) == 2


async def test_a_number_is_one_prisoners_in_a_prison(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here, there = await make.prison(session), await make.prison(session)
        add = {"keyring": keyring, **ACT}
        await people.add_prisoner(
            session, site_id=here.id, number="7", name="رضا", **add
        )
        with pytest.raises(Invalid, match="number: prisoner_known"):
            await people.add_prisoner(
                session, site_id=here.id, number="۷", name="حسن", **add
            )
        await people.add_prisoner(
            session, site_id=there.id, number="7", name="علی", **add
        )
        other = await people.add_prisoner(
            session, site_id=here.id, number="8", name="علی", **add
        )
        with pytest.raises(Invalid, match="number: prisoner_known"):
            await people.edit_prisoner(session, other, number="7", name="علی", **add)
        # The refusal has not spoiled the transaction.
        await people.edit_prisoner(session, other, number="9", name="علي ج", **add)
    async with database.read() as session:
        found = await session.get_one(people.Prisoner, other.id)
    assert (found.number, found.name, found.name_folded) == ("9", "علي ج", "علی ج")


async def test_a_national_id_is_one_prisoners_and_kept_sealed(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        add = {"site_id": prison.id, "keyring": keyring, **ACT}
        reza = await people.add_prisoner(
            session, number="1", name="رضا", national_id="۰۰۱-۳۵۴۲۴۱-۹", **add
        )
        with pytest.raises(Invalid, match="national_id: prisoner_id_known"):
            await people.add_prisoner(
                session, number="2", name="علی", national_id=NATIONAL_ID, **add
            )
        with pytest.raises(Invalid, match="national_id: wrong_national_id"):
            await people.add_prisoner(
                session, number="2", name="علی", national_id="1234567890", **add
            )
        edit = {"number": "1", "name": "رضا", "keyring": keyring, **ACT}
        await people.edit_prisoner(session, reza, national_id=NATIONAL_ID, **edit)
        await people.edit_prisoner(session, reza, national_id="", **edit)
        assert people.masked_id(reza.national_id_sealed, keyring=keyring) == (
            "•••••••419"
        )
        await people.edit_prisoner(session, reza, national_id=OTHER_ID, **edit)
        assert people.masked_id(reza.national_id_sealed, keyring=keyring) == (
            "•••••••899"
        )
    assert people.masked_id(None, keyring=keyring) == ""
    assert NATIONAL_ID not in str(reza.national_id_fingerprint)


async def test_a_release_is_recorded_once_and_may_be_undone(
    database: Database,
) -> None:
    async with database.write() as session:
        prisoner = await make.prisoner(session, await make.prison(session))
        await people.take_back_prisoner(session, prisoner, **ACT)
        assert prisoner.released_at is None
        await people.release_prisoner(session, prisoner, by=BY, now=NOON)
        await people.release_prisoner(session, prisoner, by=BY, now=NOON + DAY)
        assert prisoner.released_at == NOON
        await people.take_back_prisoner(session, prisoner, by=BY, now=NOON + DAY)
        assert prisoner.released_at is None


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


async def test_a_visitor_is_linked_once(database: Database) -> None:
    async with database.write() as session:
        prisoner = await make.prisoner(session, await make.prison(session))
        mother = await make.visitor(session)
        link = {"prisoner_id": prisoner.id, "visitor_id": mother.id, **ACT}
        contact = await people.link(session, relation=Relation.PARENT, **link)
        assert contact.state is ContactState.REQUESTED
        with pytest.raises(Invalid, match="visitor: already_linked"):
            await people.link(session, relation=Relation.FRIEND, **link)
        ((found, who),) = await people.contacts_of(session, prisoner.id)
        assert (found.id, who.id) == (contact.id, mother.id)
        everywhere = Scope(everywhere=True)
        known = await people.known_by(session, mother.id, scope=everywhere)
        assert [(c.id, p.id) for c, p in known] == [(contact.id, prisoner.id)]
        assert await people.known_by(session, mother.id, scope=Scope()) == []


async def test_a_contact_is_decided_with_a_reason(database: Database) -> None:
    async with database.write() as session:
        prisoner = await make.prisoner(session, await make.prison(session))
        contact = await make.contact(
            session,
            prisoner,
            await make.visitor(session),
            state=ContactState.REQUESTED,
        )
        decide = {"by": BY, "now": NOON}
        for state in (ContactState.REFUSED, ContactState.SUSPENDED):
            with pytest.raises(Invalid, match="reason: reason_needed"):
                await people.decide_contact(
                    session, contact, state=state, reason=" ", **decide
                )
        for until in (None, NOON):
            with pytest.raises(Invalid, match="banned_until: ban_needs_end"):
                await people.decide_contact(
                    session,
                    contact,
                    state=ContactState.BANNED,
                    reason="تهدید",
                    banned_until=until,
                    **decide,
                )
        await people.decide_contact(
            session,
            contact,
            state=ContactState.BANNED,
            reason=" تهدید ",
            banned_until=NOON + DAY,
            **decide,
        )
        assert (contact.reason, contact.banned_until) == ("تهدید", NOON + DAY)
        await people.decide_contact(
            session, contact, state=ContactState.APPROVED, reason="", **decide
        )
    assert (contact.state, contact.reason, contact.banned_until) == (
        ContactState.APPROVED,
        "",
        None,
    )


@pytest.mark.parametrize(
    ("state", "until", "answer"),
    [
        (ContactState.REQUESTED, None, Standing.NOT_APPROVED),
        (ContactState.APPROVED, None, Standing.APPROVED),
        (ContactState.REFUSED, None, Standing.NOT_APPROVED),
        (ContactState.SUSPENDED, None, Standing.NOT_APPROVED),
        (ContactState.BANNED, None, Standing.BANNED),
        (ContactState.BANNED, NOON + DAY, Standing.BANNED),
        (ContactState.BANNED, NOON, Standing.APPROVED),
    ],
)
def test_a_contact_stands_as_its_state_says(
    state: ContactState, until: object, answer: Standing
) -> None:
    contact = Contact(state=state, banned_until=until)
    assert people.standing(contact, NOON) is answer


def test_who_is_no_contact_may_not_visit() -> None:
    assert people.standing(None, NOON) is Standing.NOT_APPROVED


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


async def test_a_new_password_ends_every_session(
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
        await people.change_password(session, account, password_hash="new", **ACT)
        assert account.password_hash == "new"
        assert (await session.exec(select(LoginSession))).all() == []


async def test_a_second_factor_is_sealed_and_each_step_is_spent_once(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        account = await make.account(session, Role.CLERK)
        assert people.totp_secret(account, keyring=keyring) is None
        await people.enrol_totp(
            session, account, secret="JBSWY3DPEHPK3PXP", keyring=keyring, **ACT
        )
        await session.flush()
        assert people.totp_secret(account, keyring=keyring) == "JBSWY3DPEHPK3PXP"
        assert await people.use_totp_step(session, account, 100)
        assert not await people.use_totp_step(session, account, 100)
        assert not await people.use_totp_step(session, account, 99)
        assert await people.use_totp_step(session, account, 101)
        await people.forget_totp(session, account, **ACT)
        assert people.totp_secret(account, keyring=keyring) is None


def test_passwords_are_checked_and_never_kept() -> None:
    kept = people.hashed("correct horse battery")
    assert "correct" not in kept
    assert people.check(kept, "correct horse battery")
    assert not people.check(kept, "correct horse")
    assert not people.check(None, "nobody has this password")
    assert not people.check("no hash at all", "x")


@pytest.mark.parametrize(("length", "answer"), [(11, False), (12, True), (201, False)])
def test_a_password_has_a_length(length: int, answer: bool) -> None:
    assert people.is_strong_enough("x" * length) is answer


async def test_a_token_speaks_for_its_account_until_it_does_not(
    database: Database, keyring: Keyring
) -> None:
    ask = {"keyring": keyring, "now": NOON + DAY}
    async with database.write() as session:
        account = await make.account(session, Role.SCHEDULER)
        issue = {"expires_at": NOON + 30 * DAY, "keyring": keyring, **ACT}
        token = await people.issue_token(session, account, label="سامانه", **issue)
        assert await people.account_of_token(session, token, **ask) == account
        assert await people.account_of_token(session, token + "x", **ask) is None
        over = {"keyring": keyring, "now": NOON + 30 * DAY}
        assert await people.account_of_token(session, token, **over) is None
        await people.disable_account(session, account, **ACT)
        await session.flush()
        assert await people.account_of_token(session, token, **ask) is None
        await people.enable_account(session, account, **ACT)
        (row,) = await people.tokens_of(session, account.id)
        assert token not in (row.fingerprint, row.label)
        await people.revoke_token(session, row, by=BY, now=NOON)
        await people.revoke_token(session, row, by=BY, now=NOON + DAY)
        await session.flush()
        assert row.revoked_at == NOON
        assert await people.account_of_token(session, token, **ask) is None


async def test_a_token_of_the_same_label_takes_the_first_ones_place(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        account = await make.account(session, Role.SCHEDULER)
        issue = {"expires_at": NOON + DAY, "keyring": keyring, **ACT}
        first = await people.issue_token(session, account, label="یک", **issue)
        other = await people.issue_token(session, account, label="دو", **issue)
        again = await people.issue_token(session, account, label="یک", **issue)
        living = [
            await people.account_of_token(session, token, keyring=keyring, now=NOON)
            for token in (first, other, again)
        ]
        assert living == [None, account, account]
        with pytest.raises(Invalid, match="expires_at: already_over"):
            await people.issue_token(
                session, account, label="سه", expires_at=NOON, keyring=keyring, **ACT
            )
