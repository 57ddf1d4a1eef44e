"""The door of a call: a first message in, somebody the record lets in, or a refusal.

Reads; changes nothing. What may be refused here is refused before any room is touched.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from signaling import recording_rows, tickets
from signaling.messages import VERSION, FromPage, Join, Resume, ToPage
from signaling.room import Room
from signaling.seats import KINDS, Guest
from signaling.supervised import PrivilegedRoom, SupervisedRoom
from signaling.talk import Awaited, Help
from signaling.taping import Past
from signaling.tickets import BadTicket, Ticket
from signaling.wire import ProtocolError
from signaling.words import Phase
from visitation import calls
from visitation.calls import Admission, Orders
from visitation.calls.awaiting import Progress
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import ParticipantState, VisitState
from visitation.places import Policy
from visitation.visits import Visit
from visitation.words import Part, Supervision, VisitKind

#: Whether a browser may still speak for an account, or, for None, for its station, in
#: the visit of a reference.
Belongs = Callable[[int | None, str], Awaitable[bool]]
_IN_CALL: Final = frozenset({ParticipantState.JOINED, ParticipantState.RECONNECTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """Somebody the door let through.

    Attributes:
        orders: what staff ordered in the call and have not taken back.
        progress: how far the prisoner is, for whoever waits for them.
        past: what is on record of the visit's recording.
        helped: who called for help in this visit, and nobody has answered.
        resume: whether they come back after a lost line.
        token: what to come back with next time.
    """

    admission: Admission
    guest: Guest
    orders: Orders
    past: Past
    progress: Progress | None
    helped: frozenset[str]
    resume: bool
    token: str


async def let_in(
    first: FromPage, *, database: Database, keyring: Keyring, now: datetime
) -> Entrant:
    """Read the first message, and ask the clock and the record.

    Raises:
        ProtocolError: if it is no first message, or of another version.
        BadTicket: if the ticket or token is not good (any more).
        calls.Denied: if the participant may not enter now.
        NotFound: if the participant does not exist any more.
    """
    ticket = _ticket(first, keyring, now)
    async with database.read() as session:
        admission = await calls.admit(
            session, participant_id=ticket.participant_id, now=now
        )
        orders = await calls.orders.standing(session, visit_id=admission.visit.id)
        past = await recording_rows.past(session, admission.visit, admission.policy)
        progress = await _progress(session, admission, now)
        helped = await calls.helping.waiting_in(session, visit_id=admission.visit.id)
    if admission.visit.reference != ticket.visit:
        raise BadTicket
    until = admission.visit.ends_at + admission.policy.grace
    return Entrant(
        admission=admission,
        guest=guest_of(admission),
        orders=orders,
        past=past,
        progress=progress,
        helped=helped,
        resume=isinstance(first, Resume),
        # An extension must not lock out whoever joined before it.
        token=tickets.issue_return(
            keyring, ticket, until=until + calls.extension.LONGEST
        ),
    )


async def to_anybody(account_id: int | None, visit: str) -> bool:
    """Whether a browser may speak for whoever its ticket names: always."""
    return True


async def refuse_stranger(found: Entrant, belongs: Belongs) -> None:
    """Let somebody pass whose browser is still signed in as they.

    Raises:
        BadTicket: if it is not.
    """
    known = found.admission
    if not await belongs(known.participant.account_id, known.visit.reference):
        raise BadTicket


def greetings(found: Entrant) -> tuple[ToPage, ...]:
    """What somebody is told who came in, beside what the room says."""
    said: list[ToPage] = []
    if found.progress is not None:
        said.append(Awaited(stage=found.progress.stage, before=found.progress.before))
    concerned = (
        found.helped
        if found.guest.part is Part.MONITOR
        else found.helped & {found.guest.id}
    )
    said += [Help(participant=one, waiting=True) for one in sorted(concerned)]
    return tuple(said)


def guest_of(admission: Admission) -> Guest:
    """What the room is told of somebody. Who watches is nobody's acquaintance."""
    person = admission.participant
    return Guest(
        id=person.reference,
        part=person.part,
        name="" if person.part is Part.MONITOR else admission.name,
        known=person.identified_at is not None or person.joined_at is not None,
        been_in=person.state in _IN_CALL,
    )


def open_room(
    visit: Visit, policy: Policy, orders: Orders, past: Past, *, hindered: str = ""
) -> Room:
    """A room as the record says it should be: of the visit's kind, as far as it is.

    Args:
        visit: whose room it is.
        policy: of its prison.
        orders: what staff ordered in its call before.
        past: what is on record of its recording.
        hindered: why nothing can be recorded now; empty if it can.
    """
    room = _empty(visit, policy, orders, past, hindered)
    room.paused_for = orders.paused_for
    room.here.taken_out |= orders.taken_out
    for participant in {one for one, _ in orders.muted}:
        kinds = {kind for kind in KINDS if (participant, kind) in orders.muted}
        room.keep_muted(participant, kinds)
    return room


async def _progress(
    session: AsyncSession, admission: Admission, now: datetime
) -> Progress | None:
    is_held = admission.participant.part is Part.PRISONER
    if is_held or admission.visit.state is not VisitState.BOOKED:
        return None
    return await calls.awaiting.progress(session, admission.visit, now=now)


def _empty(
    visit: Visit, policy: Policy, orders: Orders, past: Past, hindered: str
) -> Room:
    phase = Phase.WAITING
    if visit.state is VisitState.LIVE:
        phase = Phase.PAUSED if orders.paused else Phase.LIVE
    if visit.kind is VisitKind.LEGAL:
        return PrivilegedRoom(
            kind=visit.kind,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            closes_at=visit.ends_at + policy.grace,
            phase=phase,
            seat_kept=policy.reconnect_grace,
        )
    watched = policy.supervision is Supervision.REQUIRED
    return SupervisedRoom(
        kind=visit.kind,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        closes_at=visit.ends_at + policy.grace,
        phase=phase,
        seat_kept=policy.reconnect_grace,
        # Whoever holds office supervises their own meeting.
        needs_supervisor=watched and visit.kind is VisitKind.FAMILY,
        chatting=policy.chatting,
        recorded=policy.recorded,
        hindered=hindered,
        past=past,
    )


def _ticket(first: FromPage, keyring: Keyring, now: datetime) -> Ticket:
    if not isinstance(first, Join | Resume):
        raise ProtocolError("first_message")
    if first.version != VERSION:
        raise ProtocolError("version")
    if isinstance(first, Resume):
        return tickets.read_return(keyring, first.token, now=now)
    return tickets.read(keyring, first.ticket, now=now)
