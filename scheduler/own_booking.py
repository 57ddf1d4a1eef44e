"""What a family does with its visits from a phone of its own: book, move, cancel.

The rules, claims, audit entries and messages are those of any booking; here stand only
whose visit it is, and that nothing is overridden. Choosing is `choosing`'s.
"""

from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, choosing, objections, requests
from scheduler.booking import Refused
from scheduler.choosing import HoldOver
from scheduler.ranked import Place
from scheduler.wishes import proposal_of
from visitation import places, visits
from visitation.audit import Actor
from visitation.errors import VisitationError
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.people import Visitor
from visitation.timespan import Timespan
from visitation.visits import Booker, Visit
from visitation.words import Approval, Asker, Outcome

#: What a hold becomes; who sends the same twice finds it.
_DONE = frozenset({VisitState.BOOKED, VisitState.REQUESTED, VisitState.LIVE})


class MustBeAsked(VisitationError):
    """The prison looks at each visit first, so a family cannot move one by itself."""


async def own(session: AsyncSession, reference: str, *, by: Actor) -> Visit | None:
    """A visit that this phone holds or booked by itself."""
    rows = await session.exec(
        select(Visit)
        .join(Booker, col(Booker.visit_id) == col(Visit.id))
        .where(Visit.reference == reference, Booker.visitor_id == by.visitor_id)
    )
    return rows.first()


async def take(
    session: AsyncSession,
    reference: str,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Visit:
    """Book what a phone holds, or ask for it where the prison looks at it first.

    Taken twice, it is taken once.

    Raises:
        HoldOver: if nothing is held under that reference any more.
        Refused: if a rule speaks against it by now.
        TooLateToAsk: if nobody could decide in time.
        Overtaken: if the hold ran out at this moment.
    """
    # Two windows of one phone take one after the other, and the second finds it done.
    await session.exec(
        select(Visitor.id)
        .where(Visitor.id == by.visitor_id)
        .with_for_update(key_share=True)
    )
    visit = await own(session, reference, by=by)
    if visit is None:
        raise HoldOver(reference)
    if visit.state in _DONE:
        return visit
    held = await choosing.kept(session, by=by, now=now)
    if held is None or held.id != visit.id:
        raise HoldOver(reference)
    people = await visits.participants(session, visit.id)
    reasons = await objections.against(
        session, proposal_of(visit, people), now=now, but_visit=visit.id
    )
    if reasons:
        raise Refused(reasons)
    if await requests.is_looked_at(session, visit.prison_id, by=by):
        await _submit(session, visit, by=by, now=now)
        return visit
    return await choosing.confirm(session, reference, keyring=keyring, by=by, now=now)


async def _submit(
    session: AsyncSession, visit: Visit, *, by: Actor, now: datetime
) -> None:
    policy = await places.policy_of(session, visit.prison_id)
    span = Timespan(visit.starts_at, visit.ends_at)
    until = requests.decided_by(span, policy, now)
    if until <= now:
        raise requests.TooLateToAsk
    wish = Place(terminal_id=visit.terminal_id, span=span, kiosk_id=visit.kiosk_id)
    await requests.hand_in(session, visit, [wish], until=until, by=by, now=now)


async def move(
    session: AsyncSession, visit: Visit, place: Place, *, by: Actor, now: datetime
) -> None:
    """Give a booked visit another time, by the rules for families.

    The same time once more changes nothing.

    Raises:
        MustBeAsked: if the prison looks at each visit first.
        NotMovable: if the visit is not booked.
        Refused: with every reason not to; nothing changes.
        Overtaken: if somebody else changed the visit first.
    """
    policy = await places.policy_of(session, visit.prison_id)
    if policy.approval is Approval.REQUIRED:
        raise MustBeAsked
    if (visit.starts_at, visit.kiosk_id) == (place.span.start, place.kiosk_id):
        return
    await booking.move(
        session,
        visit=visit,
        terminal_id=place.terminal_id,
        span=place.span,
        kiosk_id=place.kiosk_id,
        asked_by=Asker.FAMILY,
        by=by,
        now=now,
    )


async def cancel(
    session: AsyncSession, visit: Visit, *, reason: str, by: Actor, now: datetime
) -> None:
    """Cancel a family's visit, or take its request back; done twice, it is done once.

    Raises:
        Invalid: if no reason is given.
        IllegalMove: if the visit has begun, or is over.
        Overtaken: if somebody else changed it first.
    """
    outcome = Outcome.CANCELLED_BY_FAMILY
    if visit.state is VisitState.CANCELLED and visit.outcome is outcome:
        return
    await booking.cancel(
        session, visit=visit, outcome=outcome, reason=reason, by=by, now=now
    )


async def is_given_back(session: AsyncSession, visit: Visit, *, now: datetime) -> bool:
    """Whether the prisoner's allowance would get back what is cancelled now."""
    if visit.state is not VisitState.BOOKED:
        return True
    policy = await places.policy_of(session, visit.prison_id)
    return now <= visit.starts_at - timedelta(minutes=policy.cancel_minutes)
