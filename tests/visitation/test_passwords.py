import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from visitation import audit, devices, people
from visitation.database import Database
from visitation.devices import LoginSession, SessionLife
from visitation.keyring import Keyring
from visitation.words import Role

BY = audit.SYSTEM
ACT = {"by": BY, "now": NOON}


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
        await people.forget_totp(session, account, why=people.FactorGone.LOST, **ACT)
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
