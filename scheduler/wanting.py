"""Numbers whose owners want no messages, and those who want them again.

A number is known by its fingerprint alone. A provider that was told “STOP” keeps a list
of its own, of which nothing is known here.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.outgoing import PHONE
from visitation import audit
from visitation.audit import Actor
from visitation.keyring import Keyring
from visitation.messages import OptOut


async def unwanted(
    session: AsyncSession, phones: Collection[str], *, keyring: Keyring
) -> Mapping[str, datetime]:
    """Those of the numbers that get no messages, and since when."""
    prints = {keyring.fingerprint(PHONE, phone): phone for phone in phones}
    rows = await session.exec(
        select(OptOut.phone_fingerprint, OptOut.at).where(
            col(OptOut.phone_fingerprint).in_(sorted(prints))
        )
    )
    return {prints[mark]: at for mark, at in rows}


async def want_again(
    session: AsyncSession,
    phone: str,
    *,
    visitor_id: int,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> bool:
    """Send messages to a number again, as its owner asked; False if it got them.

    What was not sent meanwhile is not sent any more.
    """
    gone = await session.exec(
        delete(OptOut).where(
            col(OptOut.phone_fingerprint) == keyring.fingerprint(PHONE, phone)
        )
    )
    if not gone.rowcount:
        return False
    audit.note(session, by, "messages_wanted", f"visitor:{visitor_id}", now=now)
    return True
