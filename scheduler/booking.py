"""Holding, booking, moving and cancelling a visit.

Each use case runs inside the caller's transaction and does the whole thing or raises.
The rules give every reason at once; the claims are the judge when two are as quick as
each other. Knows no page and no gateway.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Required, TypedDict, Unpack

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import calendar, notices, rules
from scheduler.openings import Opening
from scheduler.rules import Proposal, Refusal
from scheduler.situation import situation, wanted
from scheduler.slots import Slot
from visitation import audit, messages, visits
from visitation.audit import Actor
from visitation.database import is_conflict
from visitation.errors import Invalid, VisitationError
from visitation.keyring import Keyring
from visitation.lifecycle import TICKS, ParticipantState, VisitAction, VisitState
from visitation.people.tables import Prisoner
from visitation.places import Station
from visitation.timespan import Timespan
from visitation.visits import Participant, Visit, claims
from visitation.wording import Template
from visitation.words import CANCELLATIONS, Attendance, Outcome, Part, VisitKind

HOLD = timedelta(minutes=10)
SUGGESTIONS = 5
#: How often a booking is tried again when what was in its way went away meanwhile.
TRIES = 3


class Refused(VisitationError):
    """A visit cannot be booked so.

    Attributes:
        reasons: every reason, in the order of the rules.
        next_free: the next slots at that prison that everybody named could take.
    """

    def __init__(
        self, reasons: tuple[Refusal, ...], next_free: tuple[Slot, ...] = ()
    ) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons
        self.next_free = next_free


class NotMovable(VisitationError):
    """Only a booked visit can be moved to another time."""

    def __init__(self, state: VisitState) -> None:
        super().__init__(state.value)
        self.state = state


class Wish(TypedDict, total=False):
    """What is to be booked; what is not named is left out of the visit."""

    prison_id: Required[int]
    terminal_id: Required[int]
    span: Required[Timespan]
    kind: Required[VisitKind]
    prisoner_id: Required[int]
    visitor_ids: Required[Iterable[int]]
    kiosk_id: int | None
    official_id: int | None
    attendance: Attendance | None
    note: str
    override_reason: str


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
    visit = await hold(session, keyring=keyring, by=by, now=now, **wish)
    await confirm(session, visit, keyring=keyring, by=by, now=now)
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
    proposal = _proposal(wish)
    overriding = wish.get("override_reason", "").strip()
    reference = keyring.reference()

    async def write(opening: Opening) -> Visit:
        visit = Visit(
            reference=reference,
            state=VisitState.HELD,
            prison_id=proposal.prison_id,
            kind=proposal.kind,
            prisoner_id=proposal.prisoner_id,
            official_id=proposal.official_id,
            attendance=_attendance(wish),
            booked_by_id=by.account_id,
            note="\n".join(filter(None, (wish.get("note", "").strip(), overriding))),
            hold_until=now + HOLD,
            created_at=now,
            **await _place(session, proposal, now),
        )
        session.add(visit)
        await session.flush()
        session.add_all(_parts(visit, proposal, keyring))
        await session.flush()
        names, turnover = wanted(proposal), opening.policy.turnover
        await claims.take(
            session, names, proposal.span, visit_id=visit.id, turnover=turnover
        )
        return visit

    return await _unless_refused(
        session, proposal, write, "visit_hold", by=by, now=now, overriding=overriding
    )


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
    proposal = Proposal(
        prison_id=visit.prison_id,
        terminal_id=terminal_id,
        span=span,
        kind=visit.kind,
        prisoner_id=visit.prisoner_id,
        visitor_ids=frozenset(p.visitor_id for p in people if p.visitor_id),
        kiosk_id=kiosk_id,
        official_id=visit.official_id,
    )

    async def write(opening: Opening) -> Visit:
        await _update(session, visit, await _place(session, proposal, now))
        names, turnover = wanted(proposal), opening.policy.turnover
        await claims.retime(session, visit, names, span, turnover=turnover)
        return visit

    await _unless_refused(
        session,
        proposal,
        write,
        "visit_move",
        by=by,
        now=now,
        overriding=override_reason.strip(),
        moved=visit,
    )
    await _expect_anew(session, people)
    await messages.discard(session, visit_id=visit.id)
    await notices.tell(session, visit, Template.MOVED, now=now)


async def cancel(
    session: AsyncSession,
    *,
    visit: Visit,
    outcome: Outcome,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """Cancel a visit: free what it holds, forget its codes, and tell everybody.

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
    await visits.move(
        session,
        visit,
        VisitAction.CANCEL,
        by=by,
        now=now,
        facts={"outcome": outcome.value},
        outcome=outcome,
        outcome_reason=reason.strip(),
    )
    await visits.release(session, visit_id=visit.id)
    await messages.discard(session, visit_id=visit.id)
    if was_booked:
        await notices.tell(session, visit, Template.CANCELLED, now=now)
    await visits.wipe(session, visit_id=visit.id)


Write = Callable[[Opening], Awaitable[Visit]]


async def _unless_refused(
    session: AsyncSession,
    proposal: Proposal,
    write: Write,
    action: str,
    *,
    by: Actor,
    now: datetime,
    overriding: str,
    moved: Visit | None = None,
) -> Visit:
    """Ask the rules, then write; whoever is overtaken by others asks again."""

    async def judged() -> tuple[tuple[Refusal, ...], Opening]:
        known, opening = await situation(
            session, proposal, now=now, but_visit=moved.id if moved else None
        )
        reasons = rules.refusals(proposal, known)
        hard = rules.refusals(proposal, known, rules.HARD_RULES)
        if hard or (reasons and not overriding):
            raise await _refused(session, proposal, reasons, opening, now)
        return reasons, opening

    # Most refusals are plain at once and need not wait in line.
    overridden, opening = await judged()
    if await _line_up(session, proposal, moved):
        overridden, opening = await judged()
    lost: frozenset[str] = frozenset()
    for _ in range(TRIES):
        try:
            async with session.begin_nested():
                visit = await write(opening)
        except visits.Taken as taken:
            lost = taken.resources
        except IntegrityError as error:
            # PostgreSQL's exclusion constraint speaks before the claims do.
            if not is_conflict(error):
                raise
        else:
            _note(session, action, visit, overridden, by=by, now=now)
            return visit
        if moved:
            await session.refresh(moved)
        overridden, opening = await judged()
    reasons = tuple(rules.TAKEN[name.partition(":")[0]] for name in sorted(lost))
    raise await _refused(
        session, proposal, reasons or (Refusal.TERMINAL_TAKEN,), opening, now
    )


async def _line_up(
    session: AsyncSession, proposal: Proposal, moved: Visit | None
) -> bool:
    """Wait for others who book the same terminal or prisoner, in a fixed order.

    The claims would be right without it. With it the second one reads what the first
    one wrote and so gets every reason, the weekly limit counts everybody, and two
    inserts never wait for each other at the exclusion constraint. SQLite has one
    writer at a time: there is no line, and the answer is False.
    """
    if session.get_bind().dialect.name == "sqlite":
        return False
    stations = {proposal.terminal_id} | ({moved.terminal_id} if moved else set())
    for table, ids in ((Station, stations), (Prisoner, {proposal.prisoner_id})):
        await session.exec(
            select(col(table.id))
            .where(col(table.id).in_(ids))
            .order_by(col(table.id))
            .with_for_update(key_share=True)
        )
    return True


async def _refused(
    session: AsyncSession,
    proposal: Proposal,
    reasons: tuple[Refusal, ...],
    opening: Opening,
    now: datetime,
) -> Refused:
    soonest = now + timedelta(minutes=opening.policy.notice_minutes)
    next_free = await calendar.free(
        session,
        site_id=proposal.prison_id,
        after=max(soonest, proposal.span.start),
        limit=SUGGESTIONS,
        kind=proposal.kind,
        kiosk_id=proposal.kiosk_id,
        prisoner_id=proposal.prisoner_id,
        visitor_ids=proposal.visitor_ids,
        official_id=proposal.official_id,
    )
    return Refused(reasons, tuple(next_free))


async def _update(session: AsyncSession, visit: Visit, place: dict[str, Any]) -> None:
    updated = await session.exec(
        update(Visit)
        .where(
            col(Visit.id) == visit.id,
            col(Visit.state) == VisitState.BOOKED,
            col(Visit.version) == visit.version,
        )
        .values(version=visit.version + 1, **place)
        .execution_options(synchronize_session=False)
    )
    if updated.rowcount != 1:
        raise visits.Overtaken(visit.reference)
    await session.refresh(visit)


async def _place(
    session: AsyncSession, proposal: Proposal, now: datetime
) -> dict[str, Any]:
    kiosk_id = proposal.kiosk_id
    kiosk = await session.get_one(Station, kiosk_id) if kiosk_id else None
    return {
        "starts_at": proposal.span.start,
        "ends_at": proposal.span.end,
        "booked_end_at": proposal.span.end,
        "terminal_id": proposal.terminal_id,
        "kiosk_id": kiosk_id,
        "point_id": kiosk.site_id if kiosk else None,
        "changed_at": now,
    }


async def _expect_anew(
    session: AsyncSession, participants: Iterable[Participant]
) -> None:
    for participant in participants:
        if participant.state in TICKS:
            participant.state = ParticipantState.EXPECTED
        participant.told_at = None
        participant.arrived_at = None
        participant.identified_at = None
        session.add(participant)
    await session.flush()


def _proposal(wish: Wish) -> Proposal:
    return Proposal(
        prison_id=wish["prison_id"],
        terminal_id=wish["terminal_id"],
        span=wish["span"],
        kind=wish["kind"],
        prisoner_id=wish["prisoner_id"],
        visitor_ids=frozenset(wish["visitor_ids"]),
        kiosk_id=wish.get("kiosk_id"),
        official_id=wish.get("official_id"),
    )


def _attendance(wish: Wish) -> Attendance | None:
    if wish.get("official_id") is None:
        return None
    return wish.get("attendance") or Attendance.DESK


def _parts(visit: Visit, proposal: Proposal, keyring: Keyring) -> list[Participant]:
    beside_family = visit.attendance is Attendance.VILLAGE
    parts: list[tuple[Part, int | None, int | None]] = [(Part.PRISONER, None, None)]
    parts += [(Part.VISITOR, who, None) for who in sorted(proposal.visitor_ids)]
    if proposal.official_id is not None:
        part = Part.COMPANION if beside_family else Part.OFFICIAL
        parts.append((part, None, proposal.official_id))
    return [
        Participant(
            reference=keyring.reference(),
            visit_id=visit.id,
            part=part,
            visitor_id=visitor_id,
            account_id=account_id,
        )
        for part, visitor_id, account_id in parts
    ]


def _note(
    session: AsyncSession,
    action: str,
    visit: Visit,
    overridden: tuple[Refusal, ...],
    *,
    by: Actor,
    now: datetime,
) -> None:
    audit.note(
        session,
        by,
        action,
        f"visit:{visit.id}",
        now=now,
        visit_id=visit.id,
        version=visit.version,
        terminal=visit.terminal_id,
        starts=visit.starts_at.isoformat(),
        overridden=[reason.value for reason in overridden],
    )
