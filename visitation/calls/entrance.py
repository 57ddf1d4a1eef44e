"""Entering a call: the record and the clock say who may, at the moment of joining.

Decides by `admission`'s rules; knows no socket and no room.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import admission, places
from visitation.admission import Denial, Doorway
from visitation.audit import Actor, note
from visitation.errors import NotFound, VisitationError
from visitation.keyring import Keyring
from visitation.people.tables import Account, Prisoner, Visitor
from visitation.places import Policy
from visitation.timespan import Timespan
from visitation.visits.tables import Participant, Visit
from visitation.words import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What the call needs to know of somebody who may enter.

    Attributes:
        visit: the record.
        participant: their part in it.
        name: what the others read beside their picture.
        policy: what the prison allows, for the early and the closing time.
    """

    visit: Visit
    participant: Participant
    name: str
    policy: Policy


class Denied(VisitationError):
    """Somebody may not enter now.

    Attributes:
        denial: why.
        opens_at: when the waiting room opens.
    """

    def __init__(self, denial: Denial, opens_at: datetime) -> None:
        super().__init__(denial.value)
        self.denial = denial
        self.opens_at = opens_at


async def admit(
    session: AsyncSession, *, participant_id: int, now: datetime
) -> Admission:
    """Let a participant through the door.

    Raises:
        NotFound: if there is no such participant, or their account is closed.
        Denied: too early, over, not booked, or not theirs to watch.
    """
    participant = await session.get(Participant, participant_id)
    if participant is None:
        raise NotFound("participant")
    visit = await session.get_one(Visit, participant.visit_id)
    policy = await check(session, visit, participant.part, now=now)
    return Admission(
        visit=visit,
        participant=participant,
        name=await _name(session, visit, participant),
        policy=policy,
    )


async def attend(
    session: AsyncSession,
    *,
    visit: Visit,
    account: Account,
    part: Part,
    keyring: Keyring,
    now: datetime,
) -> Participant:
    """A member of staff's part in a visit, added if it is new.

    The official a visit was booked with takes that part; a companion sits in the
    village beside the family; a monitor watches.

    Raises:
        Denied: if the part is a monitor's and the visit is privileged, or the door
            is shut.
    """
    await check(session, visit, part, now=now)
    rows = await session.exec(
        select(Participant).where(
            Participant.visit_id == visit.id,
            Participant.account_id == account.id,
            Participant.part == part,
        )
    )
    participant = rows.first()
    if participant is not None:
        return participant
    participant = Participant(
        reference=keyring.reference(),
        visit_id=visit.id,
        part=part,
        account_id=account.id,
    )
    session.add(participant)
    await session.flush()
    note(
        session,
        Actor.account(account.id, account.role),
        f"attend_as_{part}",
        f"participant:{participant.id}",
        now=now,
        visit_id=visit.id,
    )
    return participant


async def check(
    session: AsyncSession, visit: Visit, part: Part, *, now: datetime
) -> Policy:
    """What the prison allows, if the door of a visit is open to a part in it.

    Raises:
        Denied: if it is not.
    """
    policy = await places.policy_of(session, visit.prison_id)
    door = Doorway(
        now=now,
        span=Timespan(visit.starts_at, visit.ends_at),
        early=policy.early,
        grace=policy.grace,
        state=visit.state,
        kind=visit.kind,
        part=part,
    )
    if denial := admission.denial(door):
        raise Denied(denial, door.opens_at)
    return policy


async def _name(session: AsyncSession, visit: Visit, participant: Participant) -> str:
    if participant.visitor_id is not None:
        return (await session.get_one(Visitor, participant.visitor_id)).name
    if participant.account_id is not None:
        account = await session.get_one(Account, participant.account_id)
        if account.disabled_at is not None:
            raise NotFound("participant")
        return account.name
    return (await session.get_one(Prisoner, visit.prisoner_id)).name
