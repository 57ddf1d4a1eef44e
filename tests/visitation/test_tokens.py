from datetime import timedelta

import pytest

from tests import make
from tests.conftest import NOON
from visitation import audit, people
from visitation.database import Database
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.words import Role

BY = audit.SYSTEM
ACT = {"by": BY, "now": NOON}
DAY = timedelta(days=1)


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
