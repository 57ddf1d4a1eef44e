"""What gateways tell of messages they took: delivered, or not, or not wanted.

It may come late, twice, out of order, and before we know under which id a message was
taken; it is kept, and what is final stays final.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, and_, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import calling
from scheduler.gateways.gateway import Delivery, Fate
from scheduler.outgoing import PHONE
from visitation import audit, database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.messages import DeliveryEvent, Message

_FINAL = {
    Fate.DELIVERED: MessageState.DELIVERED,
    Fate.UNDELIVERED: MessageState.UNDELIVERED,
    Fate.FAILED: MessageState.FAILED,
}
#: What is not changed by anything told later.
FINAL = tuple(fate.value for fate in _FINAL)
#: What was told of a message, and that such a message still counts as on its way.
OF_MESSAGE = and_(
    col(DeliveryEvent.gateway) == col(Message.gateway),
    col(DeliveryEvent.gateway_id) == col(Message.gateway_id),
)
UNSETTLED = and_(
    col(Message.state) == MessageState.ACCEPTED, col(DeliveryEvent.fate).in_(FINAL)
)
_INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_EVENT = SQLModel.metadata.tables["delivery_event"]
_OPT_OUT = SQLModel.metadata.tables["opt_out"]
_CODE_UNITS, _STATUS_UNITS = 32, 32


async def told(
    session: AsyncSession,
    *,
    gateway: str,
    delivery: Delivery,
    keyring: Keyring,
    now: datetime,
) -> bool:
    """Keep what a gateway says of a message, and move the message on if that is new.

    The same text to the same number, twice at once, may be known by one id.

    Returns:
        Whether a message came to its end by this.
    """
    await _keep(session, gateway, delivery, now)
    rows = await session.exec(
        select(Message)
        .where(
            Message.gateway == gateway,
            Message.gateway_id == delivery.gateway_id,
        )
        .order_by(col(Message.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    code = "opted_out" if delivery.opted_out else delivery.code
    settled = False
    for message in rows.all():
        if delivery.opted_out:
            await remember_opt_out(
                session, phone=message.phone, gateway=gateway, keyring=keyring, now=now
            )
        settled |= await _settled(session, message, delivery.fate, code, now)
    return settled


async def caught_up(session: AsyncSession, ids: Sequence[int], *, now: datetime) -> int:
    """Settle messages of which a gateway told before we knew that it had taken them."""
    rows = await session.exec(
        select(Message, DeliveryEvent)
        .join(DeliveryEvent, OF_MESSAGE)
        .where(col(Message.id).in_(ids), col(DeliveryEvent.fate).in_(FINAL))
        .order_by(col(Message.id), col(DeliveryEvent.received_at))
        .execution_options(populate_existing=True)
    )
    settled = 0
    for message, event in rows.all():
        settled += await _settled(session, message, Fate(event.fate), event.code, now)
    return settled


async def remember_opt_out(
    session: AsyncSession,
    *,
    phone: str,
    gateway: str,
    keyring: Keyring,
    now: datetime,
) -> None:
    """Send nothing to this number any more; only its fingerprint is kept."""
    row = {
        "phone_fingerprint": keyring.fingerprint(PHONE, phone),
        "gateway": gateway,
        "at": now,
    }
    await _put(session, _OPT_OUT, row)


def noted(
    session: AsyncSession,
    message: Message,
    state: MessageState,
    code: str,
    *,
    now: datetime,
) -> None:
    """Write into a visit's history that a message about it came to its end."""
    if message.visit_id is None:
        return
    audit.note(
        session,
        audit.SYSTEM,
        f"message_{state.value}",
        f"message:{message.id}",
        now=now,
        visit_id=message.visit_id,
        template=message.template.value,
        code=code,
    )


async def _settled(
    session: AsyncSession, message: Message, fate: Fate, code: str, now: datetime
) -> bool:
    state = _FINAL.get(fate)
    if state is None or message.state is not MessageState.ACCEPTED:
        return False
    message.state = state
    if state is MessageState.DELIVERED:
        message.delivered_at, message.look_at = now, None
    else:
        message.error, message.look_at = code, now
    session.add(message)
    noted(session, message, state, code, now=now)
    if state is MessageState.DELIVERED:
        await calling.arrived(session, message, now=now)
    return True


async def _keep(
    session: AsyncSession, gateway: str, delivery: Delivery, now: datetime
) -> None:
    row = {
        "gateway": gateway,
        "gateway_id": delivery.gateway_id,
        "status": delivery.status[:_STATUS_UNITS],
        "fate": delivery.fate.value,
        "code": delivery.code[:_CODE_UNITS],
        "received_at": now,
    }
    await _put(session, _EVENT, row)


async def _put(session: AsyncSession, table: Table, row: Mapping[str, object]) -> None:
    insert = _INSERT[session.get_bind().dialect.name]
    statement = insert(table).values(**row).on_conflict_do_nothing()
    await database.changed(session, statement)
