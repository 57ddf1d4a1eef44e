"""Holding, booking, moving and cancelling a visit.

Each use case runs inside the caller's transaction and does the whole thing or raises.
Whether a visit may be written at all is `verdict`'s. Knows no page and no gateway.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Unpack

from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import freed, notices, review
from scheduler.entering import HOLD, facts_of, joined, place, written
from scheduler.situation import Survey, wanted
from scheduler.verdict import SUGGESTIONS, Refused, unless_refused
from scheduler.wishes import Wish, proposal_of
from visitation import audit, messages, places, visits
from visitation.audit import Actor
from visitation.errors import Invalid, VisitationError
from visitation.keyring import Keyring
from visitation.lifecycle import VisitAction, VisitState
from visitation.timespan import Timespan
from visitation.visits import Visit, claims
from visitation.wording import Template
from visitation.words import CANCELLATIONS, Asker, Outcome, Part

__all__ = [
    "HOLD",
    "SUGGESTIONS",
    "NotMovable",
    "Refused",
    "Wish",
    "book",
    "cancel",
    "confirm",
    "hold",
    "move",
    "proposal_of",
]


class NotMovable(VisitationError):
    """Only a booked visit can be moved to another time."""

    def __init__(self, state: VisitState) -> None:
        super().__init__(state.value)
        self.state = state


async def book(
    session: AsyncSession,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    **wish: Unpack[Wish],
) -> Visit:
    """Book a visit, and tell everybody concerned who has a phone.

    A stated `override_reason` overrides every rule that is not hard; the audit entry
    says which.

    Raises:
        NotFound: if the prison, a station or the prisoner does not exist.
        Refused: with every reason not to book it, and the next free slots.
    """
    visit, told = await written(
        session, wish, booked=True, keyring=keyring, by=by, now=now
    )
    if not told:
        await notices.tell(session, visit, Template.BOOKED, now=now)
    return visit


async def hold(
    session: AsyncSession,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    **wish: Unpack[Wish],
) -> Visit:
    """Keep a slot for ten minutes; nobody is told, and nobody has a code yet.

    Raises:
        NotFound: if the prison, a station or the prisoner does not exist.
        Refused: with every reason not to book it, and the next free slots.
    """
    visit, _ = await written(
        session, wish, booked=False, keyring=keyring, by=by, now=now
    )
    return visit


async def confirm(
    session: AsyncSession, visit: Visit, *, keyring: Keyring, by: Actor, now: datetime
) -> None:
    """Book what is held: give each visitor a code, and tell everybody concerned.

    Raises:
        IllegalMove: if the visit is not held, for example because the hold ran out.
        Overtaken: if somebody else changed it first.
    """
    await visits.move(
        session, visit, VisitAction.CONFIRM, by=by, now=now, hold_until=None
    )
    for participant in await visits.participants(session, visit.id):
        if participant.part is Part.VISITOR:
            await visits.issue(session, participant, keyring=keyring)
    await notices.tell(session, visit, Template.BOOKED, now=now)


async def move(
    session: AsyncSession,
    *,
    visit: Visit,
    terminal_id: int,
    span: Timespan,
    kiosk_id: int | None,
    by: Actor,
    now: datetime,
    override_reason: str = "",
    asked_by: Asker = Asker.STAFF,
) -> None:
    """Give a booked visit another time or place, and tell everybody; codes stay.

    Who was ticked as told or there is expected anew.

    Raises:
        NotMovable: if the visit is not booked.
        NotFound: if a station does not exist.
        Refused: with every reason not to, and the next free slots; nothing changes.
        Overtaken: if somebody else changed the visit first.
    """
    if visit.state is not VisitState.BOOKED:
        raise NotMovable(visit.state)
    people = await visits.participants(session, visit.id)
    proposal = replace(
        proposal_of(visit, people),
        terminal_id=terminal_id,
        span=span,
        kiosk_id=kiosk_id,
        asked_by=asked_by,
    )

    overriding, was, sat_at = override_reason.strip(), _where(visit), visit.kiosk_id
    left: freed.Facts = {}

    async def write(found: Survey, _overridden: object) -> Visit:
        nonlocal left
        left = freed.left(visit, terminal_id, span)
        changes = place(proposal, found, now)
        changes["note"] = joined(visit.note, overriding)
        await _update(session, visit, changes)
        names = wanted(proposal)
        await claims.retime(session, visit, names, span, turnover=found.turnover)
        return visit

    _, overridden = await unless_refused(
        session,
        proposal,
        write,
        by=by,
        now=now,
        overriding=overriding,
        moved=visit,
    )
    audit.note(
        session,
        by,
        "visit_move",
        f"visit:{visit.id}",
        now=now,
        visit_id=visit.id,
        sat_at=sat_at,
        **facts_of(visit, overridden),
        **left,
    )
    await review.accept(session, visit, overridden, because=overriding, by=by, now=now)
    await visits.expect_anew(session, people)
    await messages.discard(session, visit_id=visit.id)
    await notices.tell(session, visit, moved(was, _where(visit)), now=now)


def _where(visit: Visit) -> tuple[datetime, object]:
    return visit.starts_at, visit.point_id


def moved(was: tuple[datetime, object], to: tuple[datetime, object]) -> Template:
    """What is said of a visit that goes from a time and a point to others.

    If it is the same for the family, they are told once more when and where it is.
    """
    if to[0] != was[0]:
        return Template.MOVED
    return Template.CHANGED if to[1] != was[1] else Template.BOOKED


async def cancel(
    session: AsyncSession,
    *,
    visit: Visit,
    outcome: Outcome,
    reason: str,
    by: Actor,
    now: datetime,
    saying: Template = Template.CANCELLED,
) -> None:
    """Cancel a visit: free what it holds, forget its codes, and tell everybody.

    The prisoner's allowance gets the visit back, unless the family cancels what was
    booked too late for another family to come; the audit entry says that it was late.

    Raises:
        Invalid: if the outcome is no cancellation, or no reason is given.
        IllegalMove: if the visit's state does not allow it.
        Overtaken: if somebody else changed it first.
    """
    if outcome not in CANCELLATIONS:
        raise Invalid("outcome", "not_a_cancellation")
    if not reason.strip():
        raise Invalid("reason", "reason_needed")
    was_booked = visit.state is VisitState.BOOKED
    in_time = not was_booked or await _in_time(session, visit, now)
    late = outcome is Outcome.CANCELLED_BY_FAMILY and not in_time
    await visits.move(
        session,
        visit,
        VisitAction.CANCEL,
        by=by,
        now=now,
        facts={"outcome": outcome.value} | ({"late": True} if late else {}),
        outcome=outcome,
        outcome_reason=reason.strip(),
    )
    await visits.release(session, visit_id=visit.id)
    if visits.refunds(outcome, in_time=in_time):
        await visits.give_back(session, visit, by=by, now=now)
    await messages.discard(session, visit_id=visit.id)
    if was_booked:
        await notices.tell(session, visit, saying, now=now, why=outcome)
    await visits.wipe(session, visit_id=visit.id)


async def _in_time(session: AsyncSession, visit: Visit, now: datetime) -> bool:
    policy = await places.policy_of(session, visit.prison_id)
    return now <= visit.starts_at - timedelta(minutes=policy.cancel_minutes)


async def _update(session: AsyncSession, visit: Visit, to: dict[str, Any]) -> None:
    updated = await session.exec(
        update(Visit)
        .where(
            col(Visit.id) == visit.id,
            col(Visit.state) == VisitState.BOOKED,
            col(Visit.version) == visit.version,
        )
        .values(version=visit.version + 1, **to)
        .returning(Visit)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if updated.first() is None:
        raise visits.Overtaken(visit.reference)
