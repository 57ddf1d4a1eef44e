"""What is decided of a request: its wishes, one of them granted, or none.

Knows no page; whether a visit may be written is `verdict`'s.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, entering, freed, notices, objections, review
from scheduler.proposals import Proposal, Refusal
from scheduler.ranked import Place, place_of
from scheduler.ranked import wishes as ranked_wishes
from scheduler.situation import Survey, wanted
from scheduler.verdict import unless_refused
from visitation import audit, lifecycle, messages, visits
from visitation.audit import Actor
from visitation.errors import Invalid, VisitationError
from visitation.keyring import Keyring
from visitation.lifecycle import VisitAction, VisitState
from visitation.people import Scope
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Participant, Visit, claims
from visitation.wording import Template
from visitation.words import DeclineReason, Part


class NoSuchWish(VisitationError):
    """The request has no wish of that rank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A wish of a request, and every reason that the rules have against it now."""

    rank: int
    place: Place
    held: bool
    reasons: tuple[Refusal, ...]


async def best(session: AsyncSession, visit: Visit, *, now: datetime) -> int | None:
    """The rank of the best wish that nothing speaks against, if there is one."""
    found = await options(session, visit, now=now)
    return next((one.rank for one in found if not one.reasons), None)


async def approve(
    session: AsyncSession,
    visit: Visit,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    rank: int | None = None,
    override_reason: str = "",
) -> None:
    """Grant what a request holds, or its wish of a rank: give codes, tell everybody.

    Raises:
        IllegalMove: if it is no request any more.
        NoSuchWish: if it has no wish of that rank.
        Refused: with every reason that the rules have by now; nothing changes.
        Overtaken: if somebody else decided first.
    """
    lifecycle.after(visit.state, VisitAction.APPROVE)
    place = await _granted(session, visit, rank)
    people = await visits.participants(session, visit.id)
    proposal = _placed(booking.proposal_of(visit, people), place)

    async def write(found: Survey, _overridden: object) -> Visit:
        await visits.move(
            session,
            visit,
            VisitAction.APPROVE,
            by=by,
            now=now,
            facts={"rank": rank} | freed.left(visit, place.terminal_id, place.span),
            hold_until=None,
            **entering.place(proposal, found, now),
        )
        names = wanted(proposal)
        await claims.retime(session, visit, names, place.span, turnover=found.turnover)
        return visit

    overriding = override_reason.strip()
    _, overridden = await unless_refused(
        session, proposal, write, by=by, now=now, overriding=overriding, moved=visit
    )
    if overridden:
        _note_overridden(session, visit, overridden, overriding, by=by, now=now)
    await review.accept(session, visit, overridden, because=overriding, by=by, now=now)
    await _tell_granted(session, visit, people, keyring, now)


async def _tell_granted(
    session: AsyncSession,
    visit: Visit,
    people: Iterable[Participant],
    keyring: Keyring,
    now: datetime,
) -> None:
    """Give the visitors their codes, and tell everybody in place of what was said."""
    await messages.discard(session, visit_id=visit.id)
    for participant in people:
        if participant.part is Part.VISITOR:
            await visits.issue(session, participant, keyring=keyring)
    await notices.tell(session, visit, Template.BOOKED, now=now)


async def decline(
    session: AsyncSession,
    visit: Visit,
    *,
    reason: str,
    by: Actor,
    now: datetime,
    told: DeclineReason = DeclineReason.ASK,
) -> None:
    """Decline a request: free what it holds, and tell the family why in a few words.

    Raises:
        Invalid: if no reason is given.
        IllegalMove: if it is no request any more.
        Overtaken: if somebody else decided first.
    """
    if not reason.strip():
        raise Invalid("reason", "reason_needed")
    await visits.move(
        session,
        visit,
        VisitAction.DECLINE,
        by=by,
        now=now,
        hold_until=None,
        outcome_reason=reason.strip(),
        facts={"told": told.value},
    )
    await visits.release(session, visit_id=visit.id)
    await visits.give_back(session, visit, by=by, now=now)
    await messages.discard(session, visit_id=visit.id)
    await notices.tell(session, visit, Template.DECLINED, now=now, why=told)


async def waiting(session: AsyncSession, *, scope: Scope) -> Sequence[Visit]:
    """The requests at the prisons of a scope, by the time that is left to decide."""
    rows = await session.exec(
        select(Visit)
        .where(
            Visit.state == VisitState.REQUESTED,
            col(Visit.prison_id).in_(select(Site.id).where(scope.of_sites())),
        )
        .order_by(col(Visit.hold_until), col(Visit.id))
    )
    return rows.all()


async def options(
    session: AsyncSession, visit: Visit, *, now: datetime
) -> tuple[Option, ...]:
    """The wishes of a request, each with what the rules have against it now."""
    own = booking.proposal_of(visit, await visits.participants(session, visit.id))
    found = []
    for wish in await ranked_wishes(session, visit):
        place = place_of(wish)
        proposal = _placed(own, place)
        found.append(
            Option(
                rank=wish.rank,
                place=place,
                held=proposal == own,
                reasons=await objections.against(
                    session, proposal, now=now, but_visit=visit.id
                ),
            )
        )
    return tuple(found)


def _placed(proposal: Proposal, place: Place) -> Proposal:
    return replace(
        proposal,
        terminal_id=place.terminal_id,
        span=place.span,
        kiosk_id=place.kiosk_id,
    )


async def _granted(session: AsyncSession, visit: Visit, rank: int | None) -> Place:
    if rank is None:
        return Place(
            terminal_id=visit.terminal_id,
            span=Timespan(visit.starts_at, visit.ends_at),
            kiosk_id=visit.kiosk_id,
        )
    for wish in await ranked_wishes(session, visit):
        if wish.rank == rank:
            return place_of(wish)
    raise NoSuchWish(visit.reference)


def _note_overridden(
    session: AsyncSession,
    visit: Visit,
    overridden: tuple[Refusal, ...],
    because: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    audit.note(
        session,
        by,
        "visit_override",
        f"visit:{visit.id}",
        now=now,
        visit_id=visit.id,
        overridden=[reason.value for reason in overridden],
        because=because,
    )
