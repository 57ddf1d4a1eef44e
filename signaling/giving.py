"""Giving lost time back near the end of a visit, while people and terminal are free.

Asks the record twice for each end: a minute before it, so that nobody says goodbye too
soon, and at it, for what was lost in the last minute. What cannot be given is owed.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from signaling.hub import Hub
from signaling.live import Live
from signaling.room import UNDER_WAY
from visitation import calls, visits
from visitation.audit import SYSTEM
from visitation.calls import NotExtendable
from visitation.places import policy_of

log = structlog.get_logger()

#: How long before the end it is looked what can be given back.
MOMENTS: Final = (timedelta(minutes=1), timedelta(0))


async def give_back(hub: Hub, live: Live, now: datetime) -> None:
    """Make a visit longer by what was lost of it, if it is time to think of that."""
    if not _is_due(live, now):
        return
    await hub.settled()
    try:
        times = await _lengthened(hub, live, now)
    except (NotExtendable, visits.Overtaken, SQLAlchemyError):
        log.exception("lost_time_not_given_back", visit=live.visit)
        return
    if times is not None:
        ends_at, closes_at = times
        again = live.room.retimed(
            ends_at=ends_at, closes_at=closes_at, now=now, reason="lost_time"
        )
        hub.changed()
        hub.carry_out(live, again)


def _is_due(live: Live, now: datetime) -> bool:
    room = live.room
    if room.phase not in UNDER_WAY or not live.ledger.both_here:
        return False
    due = {(room.ends_at, moment) for moment in MOMENTS if room.ends_at - now <= moment}
    fresh = due - live.asked
    live.asked |= due
    return bool(fresh)


async def _lengthened(
    hub: Hub, live: Live, now: datetime
) -> tuple[datetime, datetime] | None:
    """When the visit and its room end now, or None if nothing was given back."""
    async with hub.database.write() as session:
        visit = await visits.by_reference(session, live.visit)
        policy = await policy_of(session, visit.prison_id)
        minutes = await calls.give_back(session, visit, by=SYSTEM, now=now)
    if not minutes:
        return None
    log.info("lost_time_given_back", visit=live.visit, minutes=minutes)
    return visit.ends_at, visit.ends_at + policy.grace
