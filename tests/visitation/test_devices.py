"""Pairing stations, and sessions on the server, on both databases."""

from datetime import timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from tests.visitation.booked import booked
from visitation import audit, devices
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.devices import Device, LoginSession, NoSuchPairingCode, SessionLife
from visitation.devices.pairing import PAIRING_CODE_LIFE
from visitation.keyring import Keyring
from visitation.words import Role

ACT = {"by": audit.SYSTEM, "now": NOON}
LIFE = SessionLife(idle=timedelta(hours=1), longest=timedelta(hours=8))


async def test_a_pairing_code_is_good_once(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        terminal = await make.terminal(session, await make.prison(session))
        code = await devices.issue_pairing_code(
            session, station_id=terminal.id, keyring=keyring, **ACT
        )
        assert len(code) == 8
        await session.flush()
        device, token = await devices.pair(session, code, keyring=keyring, now=NOON)
        assert device.station_id == terminal.id
        assert token not in device.fingerprint
        with pytest.raises(NoSuchPairingCode):
            await devices.pair(session, code, keyring=keyring, now=NOON)
        assert await devices.device_of(session, token, keyring=keyring) == device
        assert await devices.device_of(session, "other", keyring=keyring) is None


async def test_a_wrong_code_and_an_old_one_get_the_same_answer(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        terminal = await make.terminal(session, await make.prison(session))
        code = await devices.issue_pairing_code(
            session, station_id=terminal.id, keyring=keyring, **ACT
        )
        await session.flush()
        for typed, now in (
            ("00000000", NOON),
            ("", NOON),
            (code, NOON + PAIRING_CODE_LIFE),
        ):
            with pytest.raises(NoSuchPairingCode):
                await devices.pair(session, typed, keyring=keyring, now=now)


async def test_a_new_code_takes_the_place_of_the_one_before(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        terminal = await make.terminal(session, await make.prison(session))
        other = await make.terminal(session, await make.prison(session))
        issue = {"keyring": keyring, **ACT}
        theirs = await devices.issue_pairing_code(session, station_id=other.id, **issue)
        first = await devices.issue_pairing_code(
            session, station_id=terminal.id, **issue
        )
        second = await devices.issue_pairing_code(
            session, station_id=terminal.id, **issue
        )
        with pytest.raises(NoSuchPairingCode):
            await devices.pair(session, first, keyring=keyring, now=NOON)
        for code in (second, theirs):
            await devices.pair(session, code, keyring=keyring, now=NOON)


async def test_a_station_is_one_browser(database: Database, keyring: Keyring) -> None:
    async with database.write() as session:
        terminal = await make.terminal(session, await make.prison(session))
        tokens = []
        for _ in range(2):
            code = await devices.issue_pairing_code(
                session, station_id=terminal.id, keyring=keyring, **ACT
            )
            await session.flush()
            _, token = await devices.pair(session, code, keyring=keyring, now=NOON)
            tokens.append(token)
        old, new = tokens
        assert await devices.device_of(session, old, keyring=keyring) is None
        assert await devices.device_of(session, new, keyring=keyring) is not None
        rows = (await session.exec(select(Device).order_by(Device.id))).all()
        assert [row.revoked_at for row in rows] == [NOON, None]


async def test_an_unpaired_browser_is_a_stranger(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        terminal = await make.terminal(session, await make.prison(session))
        code = await devices.issue_pairing_code(
            session, station_id=terminal.id, keyring=keyring, **ACT
        )
        await session.flush()
        device, token = await devices.pair(session, code, keyring=keyring, now=NOON)
        both = [terminal.id, terminal.id + 1]
        assert await devices.paired(session, station_ids=both) == {terminal.id: device}
        for _ in range(2):
            await devices.unpair(session, station_id=terminal.id, **ACT)
        assert await devices.device_of(session, token, keyring=keyring) is None
        assert await devices.paired(session, station_ids=both) == {}
        actions = await session.exec(select(AuditEntry.action).order_by(AuditEntry.id))
        assert actions.all() == ["issue_pairing_code", "pair", "unpair"]


async def test_a_session_is_known_by_its_token_alone(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        account = await make.account(session, Role.CLERK)
        token = await devices.begin_session(
            session, keyring=keyring, life=LIFE, now=NOON, account_id=account.id
        )
        await session.flush()
        ask = {"keyring": keyring, "life": LIFE, "now": NOON}
        known = await devices.session_of(session, token, **ask)
        assert known.account_id == account.id
        assert known.fingerprint != token
        assert await devices.session_of(session, "other", **ask) is None
        await devices.end_session(session, token, keyring=keyring)
        assert await devices.session_of(session, token, **ask) is None


@pytest.mark.parametrize(
    ("seen", "asked", "lives"),
    [
        (timedelta(0), timedelta(minutes=59), True),
        (timedelta(0), timedelta(hours=1), False),
        (timedelta(hours=7, minutes=30), timedelta(hours=7, minutes=59), True),
        (timedelta(hours=7, minutes=30), timedelta(hours=8), False),
    ],
    ids=["in use", "left alone", "nearly over", "over"],
)
async def test_a_session_ends_when_left_alone_and_at_last(
    database: Database,
    keyring: Keyring,
    seen: timedelta,
    asked: timedelta,
    lives: bool,
) -> None:
    async with database.write() as session:
        account = await make.account(session, Role.CLERK)
        token = await devices.begin_session(
            session, keyring=keyring, life=LIFE, now=NOON, account_id=account.id
        )
        await session.flush()
        row = (await session.exec(select(LoginSession))).one()
        row.last_seen_at = NOON + seen
        session.add(row)
        await session.flush()
        found = await devices.session_of(
            session, token, keyring=keyring, life=LIFE, now=NOON + asked
        )
        assert (found is not None) is lives


async def test_ending_a_participants_sessions_leaves_staffs(
    database: Database, keyring: Keyring
) -> None:
    begin = {"keyring": keyring, "life": LIFE, "now": NOON}
    async with database.write() as session:
        world = await make.world(session)
        account = await make.account(session, Role.CLERK)
        _, (_, mother) = await booked(session, world)
        await devices.begin_session(session, account_id=account.id, **begin)
        await devices.begin_session(session, participant_id=mother.id, **begin)
        await session.flush()
        await devices.end_sessions_of(session, participant_id=mother.id)
        (left,) = (await session.exec(select(LoginSession))).all()
        assert left.account_id == account.id


async def test_a_participants_session_outlasts_a_long_call(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        _, (_, mother) = await booked(session, await make.world(session))
        token = await devices.begin_session(
            session, keyring=keyring, life=LIFE, now=NOON, participant_id=mother.id
        )
        await session.flush()
        known = {"keyring": keyring, "life": LIFE}
        during = NOON + timedelta(hours=2)
        assert await devices.session_of(session, token, now=during, **known)
        late = NOON + LIFE.longest
        assert await devices.session_of(session, token, now=late, **known) is None
