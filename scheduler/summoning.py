"""Telling a family that its visit is ready, or that it is its turn after all.

Whoever presses the button has the prisoner or the kiosk at hand; what is said holds
for minutes only, so it goes out before anything else and is given up soon.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import notices
from scheduler.notices import Recipient, Scene
from visitation import audit, messages, visits
from visitation.audit import Actor
from visitation.errors import VisitationError
from visitation.lifecycle import VisitState
from visitation.messages import Message
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.wording import Template

#: How long before a visit its family may be told to come.
AHEAD = timedelta(minutes=60)
#: How long it is worth telling.
LASTS = timedelta(minutes=20)
#: How soon a family may be called back once more.
PAUSE = timedelta(minutes=2)
_READY = (Template.READY, Template.RECALL)


class NotTheTime(VisitationError):
    """Nobody is told to come to a visit that is over, or far away."""


class NobodyToTell(VisitationError):
    """Nobody who is missing has a phone, or a helper who has one."""


def in_time(state: VisitState, span: Timespan, now: datetime) -> bool:
    """Whether the family of a visit may be told to come."""
    return state in {VisitState.BOOKED, VisitState.LIVE} and (
        span.start - AHEAD <= now < span.end
    )


async def summon(
    session: AsyncSession,
    visit: Visit,
    template: Template,
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Tell everybody of the family's side who is not in the call to be there.

    "Ready" is said once for a time of the visit, and to those alone who have not come
    yet; "come back" as often as it is wanted, but not within two minutes.

    Returns:
        How many messages were written.

    Raises:
        NotTheTime: if the visit is over or far away.
        NobodyToTell: if nobody who is missing can be told.
    """
    assert template in _READY
    if not in_time(visit.state, Timespan(visit.starts_at, visit.ends_at), now):
        raise NotTheTime(visit.reference)
    scene, everybody = await notices.audience(session, visit)
    missing = await _missing(session, visit, template)
    told = [
        one
        for one in everybody
        if one.participant_id in missing and one.address is not None
    ]
    if not told:
        raise NobodyToTell(visit.reference)
    called = await _just_called(session, visit, template, now=now)
    drafts = [
        _draft(visit, one, template, scene=scene, now=now)
        for one in told
        if one.participant_id not in called
    ]
    written = await messages.put_all(session, drafts)
    if written:
        audit.note(
            session,
            by,
            template.value,
            f"visit:{visit.id}",
            now=now,
            visit_id=visit.id,
            told=written,
        )
    return written


async def _missing(session: AsyncSession, visit: Visit, template: Template) -> set[int]:
    """Visitors and interpreters who are not in the call; who came need not be told."""
    return {
        one.id
        for one in await visits.participants(session, visit.id)
        if one.part in notices.FAMILY
        and (template is Template.RECALL or one.arrived_at is None)
        and (one.joined_at is None or one.left_at is not None)
    }


async def _just_called(
    session: AsyncSession, visit: Visit, template: Template, *, now: datetime
) -> set[int | None]:
    """Who was called back a moment ago; "ready" is said once anyway."""
    if template is not Template.RECALL:
        return set()
    rows = await session.exec(
        select(Message.participant_id).where(
            Message.visit_id == visit.id,
            Message.template == template,
            col(Message.created_at) > now - PAUSE,
            col(Message.created_at) <= now,
        )
    )
    return set(rows.all())


def _draft(
    visit: Visit, one: Recipient, template: Template, *, scene: Scene, now: datetime
) -> dict[str, Any]:
    draft = notices.drafted(visit, one, template, scene=scene, now=now)
    if template is Template.RECALL:
        turn = int(now.timestamp()) // int(PAUSE.total_seconds())
        draft["dedup_key"] += f":{turn}"
    draft["expires_at"] = min(visit.ends_at, now + LASTS)
    return draft
