"""Writing a new visit, and all that comes with it.

Beside the record and who takes part: its claims, its place in the allowance, its audit
entries and what the family is told, which go to the database in one trip. A visit that
is booked goes through its hold in the same breath: it is written as booked at once, and
both acts are in the audit. Knows no page.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import notices, review
from scheduler.notices import Audience, Recipient, Scene
from scheduler.proposals import Proposal, Refusal
from scheduler.situation import Survey, quota_of, wanted
from scheduler.verdict import beyond, unless_refused
from scheduler.wishes import Wish, parts_of, proposed, visit_of
from visitation import audit, database, lifecycle, messages, visits
from visitation.audit import Actor
from visitation.database import Rows
from visitation.keyring import Keyring
from visitation.lifecycle import VisitAction, VisitState
from visitation.visits import Visit, claims
from visitation.wording import Template
from visitation.words import Part

HOLD = timedelta(minutes=10)
#: As much as a visit's note holds; of a longer one the newest is kept.
_NOTE = 500
_CONFIRMED = f"visit_{VisitAction.CONFIRM}"


async def written(
    session: AsyncSession,
    wish: Wish,
    *,
    booked: bool,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> tuple[Visit, bool]:
    """Write the visit that is wished for, booked or held, unless the rules refuse.

    Returns:
        The visit, and whether everybody is told of it already.

    Raises:
        NotFound: if the prison, a station or the prisoner does not exist.
        Refused: with every reason not to book it, and the next free slots.
    """
    proposal = proposed(wish)
    overriding = wish.get("override_reason", "").strip()
    told: Audience | None = None

    async def write(found: Survey, overridden: tuple[Refusal, ...]) -> Visit:
        nonlocal told
        visit = visit_of(
            wish,
            proposal,
            reference=keyring.reference(),
            state=_begun(booked=booked),
            booked_by_id=by.account_id,
            note=joined(wish.get("note", "").strip(), overriding),
            hold_until=None if booked else now + HOLD,
            created_at=now,
            **place(proposal, found, now),
        )
        entered = await _insert(session, visit, proposal, keyring, coded=booked)
        told = _audience(proposal, found, entered) if booked else None
        await _write_beside(
            session,
            visit,
            proposal,
            found,
            told,
            overridden=overridden,
            overriding=overriding,
            by=by,
            now=now,
        )
        return visit

    visit, overridden = await unless_refused(
        session, proposal, write, by=by, now=now, overriding=overriding
    )
    if overridden:
        await review.accept(
            session, visit, overridden, because=overriding, by=by, now=now
        )
        # What review wrote stands between the two acts.
        await session.flush()
        if booked:
            await audit.note_at_once(
                session,
                by,
                {_CONFIRMED: {}},
                _subject(visit),
                now=now,
                visit_id=visit.id,
            )
    return visit, told is not None


def _begun(*, booked: bool) -> VisitState:
    if not booked:
        return VisitState.HELD
    return lifecycle.after(VisitState.HELD, VisitAction.CONFIRM)


async def _insert(
    session: AsyncSession,
    visit: Visit,
    proposal: Proposal,
    keyring: Keyring,
    *,
    coded: bool,
) -> dict[int, int]:
    session.add(visit)
    await session.flush()
    codes = visits.draw(len(proposal.visitor_ids) if coded else 0, keyring=keyring)
    parts = parts_of(visit, proposal, keyring, codes)
    return await visits.enter(session, parts, keyring=keyring)


def _audience(
    proposal: Proposal, found: Survey, entered: Mapping[int, int]
) -> Audience | None:
    """Who is told, as the survey found them; None where it did not find them all."""
    known = {one.visitor_id: one for one in found.contacts}
    if proposal.official_id is not None or known.keys() != entered.keys():
        return None
    everybody = [
        Recipient(
            participant_id=part,
            part=Part.VISITOR,
            phone=known[who].phone,
            language=known[who].language,
            reads=bool(known[who].reads),
            helper=known[who].helper_phone,
        )
        for who, part in entered.items()
    ]
    everybody.sort(key=lambda one: one.participant_id)
    return Scene(zone=found.prison.zone, point=found.point), everybody


def place(proposal: Proposal, found: Survey, now: datetime) -> dict[str, Any]:
    """The columns of a visit that say when and where it is."""
    return {
        "starts_at": proposal.span.start,
        "ends_at": proposal.span.end,
        "booked_end_at": proposal.span.end,
        "terminal_id": proposal.terminal_id,
        "kiosk_id": proposal.kiosk_id,
        "point_id": found.point_id,
        "changed_at": now,
    }


def joined(*remarks: str) -> str:
    """Remarks as one note, a line each."""
    return "\n".join(filter(None, remarks))[-_NOTE:]


def facts_of(visit: Visit, overridden: Iterable[Refusal]) -> dict[str, Any]:
    """What the audit says of a visit that was given a place."""
    return {
        "version": visit.version,
        "terminal": visit.terminal_id,
        "starts": visit.starts_at.isoformat(),
        "overridden": [reason.value for reason in overridden],
    }


def _subject(visit: Visit) -> str:
    return f"visit:{visit.id}"


async def _write_beside(
    session: AsyncSession,
    visit: Visit,
    proposal: Proposal,
    found: Survey,
    told: Audience | None,
    *,
    overridden: tuple[Refusal, ...],
    overriding: str,
    by: Actor,
    now: datetime,
) -> None:
    """Write what comes with a visit and who takes part, in one trip."""
    acts: dict[str, Mapping[str, Any]] = {"visit_hold": facts_of(visit, overridden)}
    if visit.state is VisitState.BOOKED and not overridden:
        acts[_CONFIRMED] = {}
    counted: Sequence[Rows] = ()
    if found.pages is not None:
        quota = quota_of(found.prison, proposal)
        counted = await visits.counting(
            session,
            visit,
            quota,
            found.pages,
            quota.granted.keys(),
            by=by,
            now=now,
            beyond=beyond(overridden, overriding),
        )
    names, turnover = wanted(proposal), found.turnover
    said = notices.drafts(visit, told, Template.BOOKED, now=now) if told else []
    await database.put(
        session,
        claims.rows(names, proposal.span, visit_id=visit.id, turnover=turnover),
        *counted,
        audit.rows(by, acts, _subject(visit), now=now, visit_id=visit.id),
        messages.rows(said),
    )
