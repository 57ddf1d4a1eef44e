"""Pairing a browser with a station: a code typed once, a token kept in a cookie.

Knows no page; what a paired browser may see is for the gate.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.devices.tables import Device, PairingCode
from visitation.errors import VisitationError
from visitation.keyring import Keyring

PAIRING_CODE_DIGITS = 8
PAIRING_CODE_LIFE = timedelta(minutes=30)
_CODE, _TOKEN = "pairing-code", "device-token"


class NoSuchPairingCode(VisitationError):
    """The code is wrong, used, or too old; all three get this one answer."""


async def issue_pairing_code(
    session: AsyncSession,
    *,
    station_id: int,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> str:
    """Issue a code of eight digits, good once and for thirty minutes.

    A code issued before for the same station is worthless from now on.
    """
    await session.exec(
        update(PairingCode)
        .where(
            col(PairingCode.station_id) == station_id,
            col(PairingCode.used_at).is_(None),
        )
        .values(used_at=now)
    )
    code = keyring.digits(PAIRING_CODE_DIGITS)
    session.add(
        PairingCode(
            station_id=station_id,
            fingerprint=keyring.fingerprint(_CODE, code),
            expires_at=now + PAIRING_CODE_LIFE,
        )
    )
    audit.note(session, by, "issue_pairing_code", f"station:{station_id}", now=now)
    return code


async def pair(
    session: AsyncSession, code: str, *, keyring: Keyring, now: datetime
) -> tuple[Device, str]:
    """Pair a browser and return the device with the token for its cookie.

    An earlier device of the same station is revoked: a station is one browser.

    Raises:
        NoSuchPairingCode: if the code is wrong, used or too old.
    """
    spent = await session.exec(
        update(PairingCode)
        .where(
            col(PairingCode.fingerprint) == keyring.fingerprint(_CODE, code),
            col(PairingCode.used_at).is_(None),
            col(PairingCode.expires_at) > now,
        )
        .values(used_at=now)
        .returning(col(PairingCode.station_id))
    )
    row = spent.first()
    if row is None:
        raise NoSuchPairingCode
    station_id = int(row[0])
    await unpair(session, station_id=station_id, by=Actor.station(station_id), now=now)
    token = keyring.token()
    device = Device(
        station_id=station_id,
        fingerprint=keyring.fingerprint(_TOKEN, token),
        paired_at=now,
        last_seen_at=now,
    )
    session.add(device)
    await session.flush()
    audit.note(
        session, Actor.station(station_id), "pair", f"station:{station_id}", now=now
    )
    return device, token


async def holder(
    session: AsyncSession, code: str, *, keyring: Keyring, now: datetime
) -> tuple[int, Device | None]:
    """The station that a code is for, and the browser that is paired with it now.

    Raises:
        NoSuchPairingCode: if the code is wrong, used or too old.
    """
    rows = await session.exec(
        select(PairingCode.station_id).where(
            PairingCode.fingerprint == keyring.fingerprint(_CODE, code),
            col(PairingCode.used_at).is_(None),
            col(PairingCode.expires_at) > now,
        )
    )
    station_id = rows.first()
    if station_id is None:
        raise NoSuchPairingCode
    return station_id, (await paired(session, station_ids=[station_id])).get(station_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """What a browser was that is no station any more.

    Attributes:
        replaced: whether another browser took its place.
    """

    station_id: int
    ended_at: datetime
    replaced: bool


async def former(
    session: AsyncSession, token: str, *, keyring: Keyring
) -> Former | None:
    """What the browser of a token was until it was revoked; None if it never was."""
    rows = await session.exec(
        select(Device).where(Device.fingerprint == keyring.fingerprint(_TOKEN, token))
    )
    device = rows.first()
    if device is None or device.revoked_at is None:
        return None
    later = await session.exec(
        select(Device.id).where(
            Device.station_id == device.station_id,
            Device.paired_at == device.revoked_at,
            col(Device.id) > device.id,
        )
    )
    return Former(
        station_id=device.station_id,
        ended_at=device.revoked_at,
        replaced=later.first() is not None,
    )


async def unpair(
    session: AsyncSession, *, station_id: int, by: Actor, now: datetime
) -> None:
    """Revoke whatever browser is paired with a station."""
    revoked = await session.exec(
        update(Device)
        .where(col(Device.station_id) == station_id, col(Device.revoked_at).is_(None))
        .values(revoked_at=now)
    )
    if revoked.rowcount:
        audit.note(session, by, "unpair", f"station:{station_id}", now=now)


async def paired(
    session: AsyncSession, *, station_ids: Iterable[int]
) -> Mapping[int, Device]:
    """The browsers that stations are paired with, by station."""
    rows = await session.exec(
        select(Device).where(
            col(Device.station_id).in_(tuple(station_ids)),
            col(Device.revoked_at).is_(None),
        )
    )
    return {device.station_id: device for device in rows.all()}


async def device_of(
    session: AsyncSession, token: str, *, keyring: Keyring
) -> Device | None:
    """The device whose token this is, unless it was revoked."""
    rows = await session.exec(
        select(Device).where(
            Device.fingerprint == keyring.fingerprint(_TOKEN, token),
            col(Device.revoked_at).is_(None),
        )
    )
    return rows.first()


async def seen(session: AsyncSession, *, device_id: int, now: datetime) -> None:
    """A station's browser was heard of."""
    await session.exec(
        update(Device).where(col(Device.id) == device_id).values(last_seen_at=now)
    )
