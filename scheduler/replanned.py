"""Carrying out a re-planned day: all that was shown, or nothing of it.

What a draft says is judged once more by everything it does: moving asks the booking
rules, the line whether somebody may stand in it. Knows no page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import attendance, booking, letters, replan
from scheduler.attendance import AttendsElsewhere, NoOfficialWanted
from scheduler.booking import NotMovable, Refused
from scheduler.displaced import Day
from scheduler.newplaces import Company, NewPlace
from scheduler.notices import CANCELLATION_LASTS
from scheduler.replan import CLOSED, Line, Replan, Then
from visitation import audit, messages, visits, waiting
from visitation.audit import Actor
from visitation.audit.tables import AuditEntry
from visitation.errors import Invalid, NotFound, VisitationError
from visitation.keyring import Keyring
from visitation.lifecycle import IllegalMove
from visitation.places import MobileDay, Site
from visitation.visits import Cover, NoLongerThere, Overtaken, Visit
from visitation.waiting import NotWaiting
from visitation.wording import Template

_ACTION = "replan_day"
#: What somebody else can have brought about since the draft was shown.
_MEANWHILE = (
    AttendsElsewhere,
    IllegalMove,
    NoLongerThere,
    NoOfficialWanted,
    NotFound,
    NotMovable,
    NotWaiting,
    Overtaken,
    Refused,
)
#: The same of the reasons for which a family cannot join the list: those asked before.
_OF_THE_LINE = frozenset({"already_waiting", "not_approved", "prisoner_released"})


class Changed(VisitationError):
    """Something changed since the new plan was shown; nothing was done. Look again.

    Attributes:
        because: what was refused, unless the plan itself is another.
    """

    def __init__(self, subject: str, because: VisitationError | None = None) -> None:
        super().__init__(subject)
        self.because = because


@dataclass(frozen=True, slots=True, kw_only=True)
class Was:
    """When and where a visit was to be, and what became of it."""

    then: Then
    starts_at: datetime
    point_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done to a day, visit by visit; by their ids."""

    at: datetime
    visits: Mapping[int, Was]


async def carry_out(
    session: AsyncSession,
    plan: Replan,
    *,
    shown: Mapping[str, str],
    reason: str,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    """Do what was shown, in the caller's transaction; asked twice, it is done once.

    Args:
        session: to be rolled back if it raises.
        plan: as drafted just now.
        shown: the marks of the plan that somebody agreed to.
        reason: what is written down of visits that are cancelled.
        keyring: for the references of new entries.
        by: who does it.
        now: when.

    Raises:
        Changed: if the plan is no longer what was shown, or somebody was quicker.
        Invalid: if visits are to be cancelled without a reason, or a family cannot
            stand in line for what nobody changed.
    """
    await _alone(session, plan.of)
    named = _name(shown)
    if await _was_done(session, plan.of, named):
        return
    if plan.marks != shown:
        raise Changed(plan.of.subject)
    if not reason.strip() and any(line.then in replan.SAID for line in plan.lines):
        raise Invalid("reason", "reason_needed")
    try:
        for line in plan.lines:
            await _carried_out(
                session, line, reason=reason, keyring=keyring, by=by, now=now
            )
    except (*_MEANWHILE, Invalid) as refused:
        if isinstance(refused, Invalid) and refused.reason not in _OF_THE_LINE:
            raise
        raise Changed(plan.of.subject, refused) from refused
    _note(session, plan, named, by=by, now=now)


async def done(session: AsyncSession, of: Day) -> list[Done]:
    """What was done to a day before, the latest first."""
    return [
        Done(
            at=entry.at,
            visits={
                int(visit_id): Was(
                    then=Then(then),
                    starts_at=datetime.fromisoformat(start),
                    point_id=point_id,
                )
                for visit_id, (then, start, point_id) in entry.facts["visits"].items()
            },
        )
        for entry in reversed(await _entries(session, of))
    ]


async def _alone(session: AsyncSession, of: Day) -> None:
    """Let whoever re-plans the same day at the same moment wait."""
    kind, key = (
        (Site, of.site_id)
        if of.mobile_day_id is None
        else (MobileDay, of.mobile_day_id)
    )
    await session.get_one(kind, key, with_for_update={"key_share": True})


async def _was_done(session: AsyncSession, of: Day, named: str) -> bool:
    return any(one.facts["shown"] == named for one in await _entries(session, of))


async def _entries(session: AsyncSession, of: Day) -> list[AuditEntry]:
    rows = await session.exec(
        select(AuditEntry)
        .where(AuditEntry.subject == of.subject, AuditEntry.action == _ACTION)
        .order_by(col(AuditEntry.id))
    )
    return [one for one in rows.all() if one.facts["day"] == of.day.isoformat()]


def _note(
    session: AsyncSession, plan: Replan, named: str, *, by: Actor, now: datetime
) -> None:
    audit.note(
        session,
        by,
        _ACTION,
        plan.of.subject,
        now=now,
        day=plan.of.day.isoformat(),
        shown=named,
        visits={
            str(line.one.visit.id): [
                line.then.value,
                line.one.visit.starts_at.isoformat(),
                line.one.visit.point_id,
            ]
            for line in plan.lines
            if line.then is not Then.STAYS
        },
    )


def _name(shown: Mapping[str, str]) -> str:
    return sha256(repr(sorted(shown.items())).encode()).hexdigest()[:24]


async def _carried_out(
    session: AsyncSession,
    line: Line,
    *,
    reason: str,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    if line.then is Then.STAYS:
        return
    visit = await session.get_one(Visit, line.one.visit.id, populate_existing=True)
    if visit.version != line.one.visit.version:
        raise Overtaken(visit.reference)
    if line.new is not None:
        await _moved(session, visit, line, line.new, keyring=keyring, by=by, now=now)
        return
    back = await waiting.returning(session, visit_id=visit.id, now=now)
    await booking.cancel(
        session,
        visit=visit,
        outcome=CLOSED,
        reason=reason,
        by=by,
        now=now,
        saying=replan.SAID[line.then],
    )
    if line.then is not Then.WAITS:
        return
    if back is not None:
        await waiting.put_back(session, back, by=by, now=now)
    else:
        await _joins(session, visit, line, keyring=keyring, by=by, now=now)


async def _joins(
    session: AsyncSession,
    visit: Visit,
    line: Line,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    """Put a family in line with the standing of the day it booked."""
    family = line.one.family
    prison = await session.get_one(Site, visit.prison_id)
    today = now.astimezone(ZoneInfo(prison.zone)).date()
    await waiting.join(
        session,
        prisoner_id=visit.prisoner_id,
        visitor_ids=family.visitor_ids,
        days=replan.days_on_list(line.one, today),
        points=[visit.point_id] if visit.point_id else [],
        own_phone=visit.kiosk_id is None,
        kind=visit.kind,
        official_wanted=family.entry.official_wanted,
        since=visit.created_at,
        keyring=keyring,
        by=by,
        now=now,
    )


async def _moved(
    session: AsyncSession,
    visit: Visit,
    line: Line,
    new: NewPlace,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    official_id = visit.official_id
    if official_id is not None and not letters.stays_with(line.one, new):
        await visits.detach(session, visit, wanted=True, now=now)
        attendance.note(session, "official_leaves", visit, official_id, by=by, now=now)
    await booking.move(
        session,
        visit=visit,
        terminal_id=new.terminal_id,
        span=new.span,
        kiosk_id=new.kiosk_id,
        by=by,
        now=now,
    )
    if official_id is None or letters.stays_with(line.one, new):
        return
    if new.company is Company.BY_COVER:
        cover = await session.get_one(Cover, new.cover_id)
        await attendance.join(session, visit, cover, keyring=keyring, by=by, now=now)
    await _let_go(session, visit, line, now)


async def _let_go(
    session: AsyncSession, visit: Visit, line: Line, now: datetime
) -> None:
    """Tell an official who is free again; the message is no longer of the visit."""
    for letter in line.letters:
        if letter.template is Template.OFFICIAL_CANCELLED and letter.phone:
            await messages.put(
                session,
                letter.template,
                dedup_key=f"visit:{visit.id}:v{visit.version}:let_go",
                phone=letter.phone,
                language=letter.language,
                channel=messages.channel_to(letter.phone),
                variables=letter.variables,
                now=now,
                expires_at=max(line.one.visit.starts_at, now + CANCELLATION_LASTS),
            )
