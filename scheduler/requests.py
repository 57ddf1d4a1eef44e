"""Visits that are asked for: up to three ranked places, one of them held.

A request holds its place and cannot wait for ever: it runs out before its time.
Knows no page; what is decided of it is `deciding`'s.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Unpack

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, choosing, notices
from scheduler.booking import Refused, Wish
from scheduler.ranked import Place, remember
from scheduler.wishes import proposed
from visitation import places, visits
from visitation.audit import Actor
from visitation.errors import Invalid, VisitationError
from visitation.keyring import Keyring
from visitation.lifecycle import VisitAction
from visitation.places import Policy
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.wording import Template
from visitation.words import Approval, Role

#: How long a request may wait for a decision, at most.
PATIENCE = timedelta(days=3)
MOST_WISHES = 3
#: Whose bookings nobody else looks at.
_DECIDERS = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})


class TooLateToAsk(VisitationError):
    """The request would run out before anybody could decide."""


async def is_looked_at(session: AsyncSession, prison_id: int, *, by: Actor) -> bool:
    """Whether what this actor books at a prison is a request at first."""
    if by.role in _DECIDERS:
        return False
    policy = await places.policy_of(session, prison_id)
    return policy.approval is Approval.REQUIRED


async def submit(
    session: AsyncSession,
    *,
    ranked: Sequence[Place],
    keyring: Keyring,
    by: Actor,
    now: datetime,
    **wish: Unpack[Wish],
) -> Visit:
    """Ask for the first place that the rules allow, the best of them first.

    That place is held until somebody decides, three days at most; what was held while
    choosing is let go. The visitors are told that the request has come.

    Raises:
        Invalid: unless there are one to three different places.
        NotFound: if the prison, a station or the prisoner does not exist.
        Refused: with every reason against the best place, if none is allowed.
        TooLateToAsk: if a decision could not come in time for any.
    """
    await _make_way(session, ranked, wish, by=by, now=now)
    policy = await places.policy_of(session, wish["prison_id"])
    refused: VisitationError | None = None
    for place in ranked:
        until = decided_by(place.span, policy, now)
        if until <= now:
            refused = refused or TooLateToAsk()
            continue
        try:
            visit = await booking.hold(
                session, keyring=keyring, by=by, now=now, **_at(wish, place)
            )
        except Refused as refusal:
            refused = refused or refusal
            continue
        await hand_in(session, visit, ranked, until=until, by=by, now=now)
        return visit
    raise refused or TooLateToAsk()


async def hand_in(
    session: AsyncSession,
    visit: Visit,
    ranked: Sequence[Place],
    *,
    until: datetime,
    by: Actor,
    now: datetime,
) -> None:
    """Make a request of what is held, and tell the visitors that it has come."""
    await remember(session, visit, ranked)
    await visits.move(
        session, visit, VisitAction.SUBMIT, by=by, now=now, hold_until=until
    )
    await notices.tell(session, visit, Template.REQUESTED, now=now)


async def ask(
    session: AsyncSession,
    *,
    ranked: Sequence[Place],
    keyring: Keyring,
    by: Actor,
    now: datetime,
    **wish: Unpack[Wish],
) -> Visit:
    """Book the first place that the rules allow, or ask for it where a prison looks.

    Raises:
        Invalid: unless there are one to three different places.
        NotFound: if the prison, a station or the prisoner does not exist.
        Refused: with every reason against the best place, if none is allowed.
        TooLateToAsk: if a decision could not come in time.
    """
    if await is_looked_at(session, wish["prison_id"], by=by):
        return await submit(
            session, ranked=ranked, keyring=keyring, by=by, now=now, **wish
        )
    await _make_way(session, ranked, wish, by=by, now=now)
    refused: Refused | None = None
    for place in ranked:
        try:
            return await booking.book(
                session, keyring=keyring, by=by, now=now, **_at(wish, place)
            )
        except Refused as refusal:
            refused = refused or refusal
    assert refused is not None
    raise refused


def decided_by(span: Timespan, policy: Policy, now: datetime) -> datetime:
    """Until when a request of that time may wait for a decision."""
    return min(now + PATIENCE, span.start - timedelta(minutes=policy.decide_minutes))


async def _make_way(
    session: AsyncSession,
    ranked: Sequence[Place],
    wish: Wish,
    *,
    by: Actor,
    now: datetime,
) -> None:
    if not 1 <= len(ranked) <= MOST_WISHES or len(set(ranked)) < len(ranked):
        raise Invalid("wishes", "wishes_one_to_three")
    wanted = [proposed(_at(wish, place)) for place in ranked]
    await choosing.make_way(session, wanted, by=by, now=now)


def _at(wish: Wish, place: Place) -> Wish:
    there = wish.copy()
    there["terminal_id"] = place.terminal_id
    there["span"] = place.span
    there["kiosk_id"] = place.kiosk_id
    return there
