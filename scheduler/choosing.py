"""What an account, or a family's phone, keeps while it chooses: one slot, ten minutes.

Such a hold is a held visit like any other and runs out by itself. Whoever chooses
something else lets go of it, so that nobody piles up holds. A slot that is held because
it was offered to a waiting family is no account's, and is left alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Unpack

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from scheduler import booking
from scheduler.proposals import Proposal
from scheduler.wishes import Wish, attendance_of, proposal_of, proposed
from visitation import visits
from visitation.audit import Actor
from visitation.errors import VisitationError
from visitation.keyring import Keyring
from visitation.lifecycle import VisitAction, VisitState
from visitation.people import Account, Prisoner, Visitor
from visitation.timespan import Timespan
from visitation.visits import Booker, Visit
from visitation.waiting import Offer


class HoldOver(VisitationError):
    """What was held is held no more: its minutes are over, or it was let go."""


async def keep(
    session: AsyncSession,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    **wish: Unpack[Wish],
) -> Visit:
    """Hold a slot for whoever chooses, instead of what they held before.

    The same choice made again finds the same hold, which gets no longer by that.

    Raises:
        NotFound: if the prison, a station or the prisoner does not exist.
        Refused: with every reason not to; undone as a whole, the old hold stays.
    """
    wanted = proposed(wish)
    for visit in await _held(session, by):
        if _is_open(visit, now) and await _is_same(session, visit, wish):
            return visit
    await make_way(session, [wanted], by=by, now=now)
    visit = await booking.hold(session, keyring=keyring, by=by, now=now, **wish)
    if by.visitor_id is not None:
        session.add(Booker(visit_id=visit.id, visitor_id=by.visitor_id))
    return visit


async def confirm(
    session: AsyncSession,
    reference: str,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Visit:
    """Book what somebody holds, and tell everybody concerned.

    Raises:
        HoldOver: if it does not hold it any more.
        Overtaken: if the hold ran out at this moment.
    """
    for visit in await _held(session, by):
        if visit.reference == reference and _is_open(visit, now):
            await booking.confirm(session, visit, keyring=keyring, by=by, now=now)
            return visit
    raise HoldOver(reference)


async def kept(session: AsyncSession, *, by: Actor, now: datetime) -> Visit | None:
    """What somebody holds just now, if anything."""
    query = _mine(by)
    rows = await session.exec(query.where(col(Visit.hold_until) > now))
    return rows.first()


async def make_way(
    session: AsyncSession, wanted: Iterable[Proposal], *, by: Actor, now: datetime
) -> None:
    """Let go of what somebody holds, before it takes something else."""
    mine, wanted = await _held(session, by), tuple(wanted)
    if not mine:
        return
    hours = [(one.terminal_id, one.span) for one in wanted]
    hours += [(one.terminal_id, Timespan(one.starts_at, one.ends_at)) for one in mine]
    if await visits.line_up(session, hours):
        # Whoever books the same prisoner elsewhere would else wait for us in a circle.
        people = {one.prisoner_id for one in wanted}
        people |= {one.prisoner_id for one in mine}
        await session.exec(
            select(Prisoner.id)
            .where(col(Prisoner.id).in_(people))
            .order_by(col(Prisoner.id))
            .with_for_update(key_share=True)
        )
    for visit in mine:
        try:
            await visits.move(session, visit, VisitAction.EXPIRE, by=by, now=now)
        except visits.Overtaken:
            # It ran out at this moment, and whoever saw to that freed it.
            continue
        await visits.release(session, visit_id=visit.id)
        await visits.give_back(session, visit, by=by, now=now)


async def _held(session: AsyncSession, by: Actor) -> Sequence[Visit]:
    """The account's holds, even those that are over and were not swept up yet."""
    if by.account_id is not None:
        one = select(Account.id).where(Account.id == by.account_id)
    elif by.visitor_id is not None:
        one = select(Visitor.id).where(Visitor.id == by.visitor_id)
    else:
        return ()
    # Two windows of one account choose one after the other.
    await session.exec(one.with_for_update(key_share=True))
    return (await session.exec(_mine(by))).all()


def _mine(by: Actor) -> SelectOfScalar[Visit]:
    own = select(Booker.visit_id).where(Booker.visitor_id == by.visitor_id)
    whose = (
        col(Visit.id).in_(own)
        if by.visitor_id is not None
        else col(Visit.booked_by_id) == by.account_id
    )
    return (
        select(Visit)
        .where(
            Visit.state == VisitState.HELD,
            whose,
            col(Visit.id).not_in(select(Offer.visit_id)),
        )
        .order_by(col(Visit.id))
    )


def _is_open(visit: Visit, now: datetime) -> bool:
    return visit.hold_until is not None and visit.hold_until > now


async def _is_same(session: AsyncSession, visit: Visit, wish: Wish) -> bool:
    wanted = proposed(wish)
    held = proposal_of(visit, await visits.participants(session, visit.id))
    remarks = (wish.get("note", "").strip(), wish.get("override_reason", "").strip())
    return (
        replace(held, asked_by=wanted.asked_by) == wanted
        and visit.attendance == attendance_of(wish)
        and visit.note == "\n".join(filter(None, remarks))
    )
