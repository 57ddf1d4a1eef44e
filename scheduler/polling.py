"""Asking gateways what became of messages they took.

A gateway that does not tell by itself is asked, soon and then ever more rarely; of one
that does, only what it has said nothing about for hours.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import deliveries
from scheduler.gateways.gateway import Delivery, Gateway, Temporary
from scheduler.means import Means
from visitation.database import Database
from visitation.lifecycle import MessageState
from visitation.messages import DeliveryEvent, Message

log = structlog.get_logger(__name__)

#: How old a message is when its gateway is first asked for it.
SILENT = timedelta(minutes=2)
SILENT_ALTHOUGH_IT_TELLS = timedelta(hours=6)
#: After so long nobody will say any more.
FORGOTTEN = timedelta(days=3)
BATCH = 100
AT_ONCE = 10
#: How long a gateway is asked in one sweep; the rest has its turn in another.
ENOUGH = timedelta(seconds=20)
_LOOKED_AT = 2000


async def poll_deliveries(
    database: Database, *, now: datetime, means: Means, enough: timedelta = ENOUGH
) -> int:
    """Ask for what nothing was heard of; how many messages came to their end.

    Gateways are asked side by side, each for as long as is `enough`: one that hangs
    delays what the others tell no longer than that.
    """
    settled = await _catch_up(database, means, now)
    due: list[tuple[Gateway, list[str]]] = []
    for gateway in means.gateways:
        async with database.read() as session:
            due.append((gateway, await _due(session, gateway, means, now)))
    heard = await asyncio.gather(*(_asked(*each, enough=enough) for each in due))
    for (gateway, _ids), told in zip(due, heard, strict=True):
        for one in told:
            async with database.write() as session:
                settled += await deliveries.told(
                    session,
                    gateway=gateway.name,
                    delivery=one,
                    keyring=means.keyring,
                    now=means.clock(),
                )
    return settled


async def heard_of(
    taken: Iterable[Message], means: Means
) -> Mapping[int, Delivery | None]:
    """What gateways say of messages they took, by message.

    None of one of which nobody can tell, and nothing of one whose gateway is silent.
    """
    heard: dict[int, Delivery | None] = {}
    silent = set[str]()
    at_once = asyncio.Semaphore(AT_ONCE)

    async def ask(message: Message) -> None:
        gateway = means.gateway(message.gateway)
        if gateway is None or message.gateway_id is None:
            heard[message.id] = None
            return
        async with at_once:
            if gateway.name in silent:
                return
            try:
                heard[message.id] = await gateway.delivery(message.gateway_id)
            except Temporary:
                silent.add(gateway.name)

    await asyncio.gather(*map(ask, taken))
    return heard


async def _catch_up(database: Database, means: Means, now: datetime) -> int:
    """Settle what was told of while its acceptance was being written down."""
    async with database.read() as session:
        rows = await session.exec(
            select(Message.id)
            .join(DeliveryEvent, deliveries.OF_MESSAGE)
            .where(deliveries.UNSETTLED)
            .limit(BATCH)
        )
        ids = rows.all()
    if not ids:
        return 0
    async with database.write() as session:
        return await deliveries.caught_up(session, ids, now=now)


async def _due(
    session: AsyncSession, gateway: Gateway, means: Means, now: datetime
) -> list[str]:
    first = SILENT_ALTHOUGH_IT_TELLS if gateway.calls_back else SILENT
    rows = await session.exec(
        select(Message.gateway_id, Message.sent_at)
        .where(
            Message.state == MessageState.ACCEPTED,
            Message.gateway == gateway.name,
            col(Message.gateway_id).is_not(None),
            col(Message.sent_at) <= now - first,
            col(Message.sent_at) > now - FORGOTTEN,
        )
        .order_by(col(Message.priority), col(Message.sent_at))
        .limit(_LOOKED_AT)
    )
    sent = {each: at for each, at in rows.all() if each and at}
    return means.ways.of(gateway).to_be_asked(sent, now, most=BATCH)


async def _asked(
    gateway: Gateway, ids: Sequence[str], *, enough: timedelta
) -> Sequence[Delivery]:
    heard: list[Delivery] = []
    at_once = asyncio.Semaphore(AT_ONCE)

    async def ask(gateway_id: str) -> None:
        async with at_once:
            try:
                told = await gateway.delivery(gateway_id)
            except Temporary as failure:
                log.warning("delivery_unknown", code=failure.code)
                return
        if told is not None:
            heard.append(told)

    try:
        async with asyncio.timeout(enough.total_seconds()):
            await asyncio.gather(*map(ask, ids))
    except TimeoutError:
        log.warning("gateway_slow_to_tell", gateway=gateway.name)
    return heard
