"""Taking due messages for ourselves: two senders never take the same.

The most urgent first. What may wait for the morning is put off here, at the last
moment, and so is caught however late it comes; what is about a visit that has begun,
and only reminds of it, is given up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import and_, col, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from scheduler.means import Means
from scheduler.outgoing import Outgoing, outgoing
from scheduler.ways import Way
from visitation.lifecycle import MessageState
from visitation.messages import Message
from visitation.places import Site
from visitation.visits import Visit
from visitation.wording import WORDINGS, Template
from visitation.words import Channel

#: Much longer than a gateway takes at its slowest.
LEASE = timedelta(minutes=2)
_REMINDERS = frozenset(
    {
        Template.REMINDER_DAY,
        Template.REMINDER_SOON,
        Template.OFFICIAL_REMINDER_DAY,
        Template.OFFICIAL_REMINDER_SOON,
    }
)
#: So many are looked at for the one that a gateway is tried with: at night most wait.
TRIED_WITH = 100
#: A message, when its visit begins, and the zone of the prison.
_Looked = Select[Message, datetime, str]
_DUE = (
    select(Message, Visit.starts_at, Site.zone)
    .outerjoin(Visit, col(Visit.id) == col(Message.visit_id))
    .outerjoin(Site, col(Site.id) == col(Visit.prison_id))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message we hold until our lease runs out, and the way it is to go.

    Attributes:
        attempt: which one this is; whoever claims it again counts on.
    """

    outgoing: Outgoing
    way: Way
    attempt: int
    until: datetime

    @property
    def message(self) -> Message:
        """The row, as it was claimed."""
        return self.outgoing.message


async def anything(session: AsyncSession, *, now: datetime) -> bool:
    """Whether there is a message to send or to give up."""
    rows = await session.exec(
        select(Message.id)
        .where(
            or_(
                and_(
                    col(Message.state) == MessageState.PENDING,
                    or_(col(Message.not_before) <= now, col(Message.expires_at) <= now),
                ),
                and_(
                    col(Message.state) == MessageState.SENDING,
                    col(Message.lease_until) <= now,
                ),
            )
        )
        .limit(1)
    )
    return rows.first() is not None


async def retire(session: AsyncSession, *, now: datetime) -> None:
    """Give up what is too old to send, and what was claimed and never recorded.

    Of the latter nobody knows whether it went; the gateway is asked.
    """
    for state, since, values in (
        (
            MessageState.PENDING,
            Message.expires_at,
            {"state": MessageState.EXPIRED, "look_at": now},
        ),
        (
            MessageState.SENDING,
            Message.lease_until,
            {"state": MessageState.UNKNOWN, "look_at": now, "error": "lease"},
        ),
    ):
        await session.exec(
            update(Message)
            .where(col(Message.state) == state, col(since) <= now)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


async def carry_otherwise(
    session: AsyncSession, *, now: datetime, means: Means
) -> None:
    """Let messages go as text whose own channel no gateway of ours carries at all."""
    carried = {channel for each in means.gateways for channel in each.channels}
    missing = set(Channel) - carried
    if Channel.SMS in missing or not missing:
        return
    await session.exec(
        update(Message)
        .where(
            col(Message.state) == MessageState.PENDING,
            col(Message.not_before) <= now,
            col(Message.channel).in_(sorted(missing)),
        )
        .values(channel=Channel.SMS)
        .execution_options(synchronize_session=False)
    )


async def claim(session: AsyncSession, *, room: int, means: Means) -> list[Claimed]:
    """Take as many due messages as there is room for, and their gateways take now."""
    now = means.clock()
    claimed: list[Claimed] = []
    alive = means.ways.by_channel(means.gateways, now, living=True)
    carried = {channel for channels in alive.values() for channel in channels}
    ways = means.ways.by_channel(means.gateways, now).items()
    tries = [(way, channels) for way, channels in ways if not way.alive]
    for way, channels in (*tries, *alive.items()):
        most = min(room - len(claimed), way.room(now))
        if most <= 0:
            continue
        looked_at = (
            _urgent(channels, most)
            if way.alive
            else _for_a_try(channels, spare_codes=not carried.isdisjoint(channels))
        )
        ids = await _due(session, looked_at, now=now, means=means)
        ids = ids[:most]
        if not ids:
            continue
        way.given(len(ids), now)
        await _take(session, ids, way, now)
        claimed += [
            Claimed(
                outgoing=one,
                way=way,
                attempt=one.message.attempts,
                until=now + LEASE,
            )
            for one in await outgoing(session, ids, way.gateway, means=means, now=now)
        ]
    return claimed


def _urgent(channels: Sequence[Channel], most: int) -> _Looked:
    """The most urgent."""
    return (
        _DUE.where(col(Message.channel).in_(channels))
        .order_by(col(Message.priority), col(Message.not_before), col(Message.id))
        .limit(most)
    )


def _for_a_try(channels: Sequence[Channel], *, spare_codes: bool) -> _Looked:
    """The least urgent: what is tried with may be late, or never be heard of.

    A code is none of them, if another gateway lives that takes it.
    """
    least = 1 if spare_codes else 0
    return (
        _DUE.where(col(Message.channel).in_(channels), col(Message.priority) >= least)
        .order_by(
            col(Message.priority).desc(),
            col(Message.not_before).desc(),
            col(Message.id).desc(),
        )
        .limit(TRIED_WITH)
    )


async def _due(
    session: AsyncSession, looked_at: _Looked, *, now: datetime, means: Means
) -> list[int]:
    """Those that are due, in their order; what is to wait is put off on the way."""
    while True:
        ready: list[int] = []
        begun: list[int] = []
        later: dict[datetime, list[int]] = {}
        for message, starts_at, zone in await _looked_at(session, looked_at, now):
            morning = means.quiet_hours.morning(now, zone)
            if message.template in _REMINDERS and starts_at and starts_at <= now:
                begun.append(message.id)
            elif morning and _may_wait(message, morning):
                later.setdefault(morning, []).append(message.id)
            else:
                ready.append(message.id)
        for morning, waiting in later.items():
            await _change(session, waiting, {"not_before": morning})
        await _change(session, begun, {"state": MessageState.EXPIRED})
        if ready or not (later or begun):
            return ready


async def _looked_at(
    session: AsyncSession, looked_at: _Looked, now: datetime
) -> Sequence[tuple[Message, datetime | None, str | None]]:
    """What is due, locked, with when its visit begins and the zone of the prison."""
    rows = await session.exec(
        looked_at.where(
            Message.state == MessageState.PENDING,
            col(Message.not_before) <= now,
            col(Message.expires_at) > now,
        ).with_for_update(skip_locked=True, of=Message)
    )
    return rows.all()


def _may_wait(message: Message, morning: datetime) -> bool:
    return WORDINGS[message.template].quiet and morning < message.expires_at


async def _take(
    session: AsyncSession, ids: Sequence[int], way: Way, now: datetime
) -> None:
    await _change(
        session,
        ids,
        {
            "state": MessageState.SENDING,
            "attempts": Message.attempts + 1,
            "lease_until": now + LEASE,
            "gateway": way.gateway.name,
        },
    )


async def _change(
    session: AsyncSession, ids: Sequence[int], values: dict[str, Any]
) -> None:
    if ids:
        await session.exec(
            update(Message)
            .where(col(Message.id).in_(ids))
            .values(**values)
            .execution_options(synchronize_session=False)
        )
