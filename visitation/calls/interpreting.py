"""An interpreter as one more person in a visit, with a code and device of their own."""

from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, people, persian, visits
from visitation.audit import Actor
from visitation.errors import VisitationError
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.people import Visitor
from visitation.timespan import Timespan
from visitation.visits import Participant, Taken, Visit
from visitation.words import Part

#: Whoever is seen in a call sees four others.
MOST_SEEN = 5
_SEEN = frozenset({Part.PRISONER, Part.VISITOR, Part.OFFICIAL, Part.INTERPRETER})
_AHEAD = frozenset({VisitState.BOOKED, VisitState.LIVE})


class NoRoomForInterpreter(VisitationError):
    """The visit is over, or has as many people as a call shows."""


class InterpreterElsewhere(VisitationError):
    """The interpreter is in another visit at that time."""


async def add(
    session: AsyncSession,
    visit: Visit,
    *,
    name: str,
    phone: str,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> str:
    """Give an interpreter a part in a visit, and return their join code.

    Whoever is known by that name and phone is that person; adding them again returns
    the code they have.

    Raises:
        NoRoomForInterpreter: if the visit is over or full.
        InterpreterElsewhere: if they are in another visit then.
    """
    if visit.state not in _AHEAD or visit.ends_at <= now:
        raise NoRoomForInterpreter
    there = await visits.participants(session, visit.id)
    person = await _known(session, name, phone)
    if person is not None:
        for one in there:
            code = visits.code_of(one, keyring=keyring)
            if one.visitor_id == person.id and code:
                return code
    if sum(one.part in _SEEN for one in there) >= MOST_SEEN:
        raise NoRoomForInterpreter
    if person is None:
        person = await people.add_visitor(
            session, name=name, phone=phone, keyring=keyring, by=by, now=now
        )
    await _claim(session, visit, person)
    part = Participant(
        reference=keyring.reference(),
        visit_id=visit.id,
        part=Part.INTERPRETER,
        visitor_id=person.id,
    )
    code = await visits.issue(session, part, keyring=keyring)
    subject = f"participant:{part.id}"
    audit.note(session, by, "add_interpreter", subject, now=now, visit_id=visit.id)
    return code


async def _known(session: AsyncSession, name: str, phone: str) -> Visitor | None:
    rows = await session.exec(
        select(Visitor).where(
            Visitor.name_folded == persian.fold(name), Visitor.phone == phone
        )
    )
    return rows.first()


async def _claim(session: AsyncSession, visit: Visit, person: Visitor) -> None:
    try:
        await visits.take(
            session,
            visits.resources(visitor_ids=[person.id]),
            Timespan(visit.starts_at, visit.ends_at),
            visit_id=visit.id,
        )
    except Taken:
        raise InterpreterElsewhere from None
