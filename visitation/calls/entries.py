"""From a join code, or from a participant known already, to the door of their visit.

Says where the door is and whether it is open. Whoever enters the call is admitted by
`entrance`, at that moment.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import admission, places
from visitation.admission import Denial, Doorway
from visitation.errors import NotFound
from visitation.keyring import Keyring, same
from visitation.people import Account, Visitor
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import NoSuchCode, Participant, Visit
from visitation.visits.codes import PURPOSE
from visitation.words import Part

PHONE_DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A participant before the door of their visit.

    Attributes:
        reference: of the visit.
        zone: the prison's wall clock.
        phone: of the office to ask: the service point's, else the prison's.
        denial: why they may not enter now, or None.
    """

    participant_id: int
    part: Part
    reference: str
    span: Timespan
    zone: str
    phone: str
    opens_at: datetime
    closes_at: datetime
    denial: Denial | None


async def entry_by_code(
    session: AsyncSession,
    *,
    code: str,
    phone_digits: str | None,
    keyring: Keyring,
    now: datetime,
) -> Entry:
    """The entry that a code opens.

    `code` is six ASCII digits. `phone_digits` are the last four of the visitor's phone,
    or of their helper's, who may have been told instead; None where the device itself
    is known, so that the code is enough.

    Raises:
        NoSuchCode: if the code is nobody's, or the phone is somebody else's.
    """
    fingerprint = keyring.fingerprint(PURPOSE, code)
    entry, phones = await _entry(
        session, col(Participant.code_fingerprint) == fingerprint, now
    )
    endings = [phone[-PHONE_DIGITS:] for phone in phones if phone]
    known = phone_digits is None or any(
        len(one) == PHONE_DIGITS and same(one, phone_digits) for one in endings
    )
    if entry is None or not known:
        raise NoSuchCode
    return entry


async def entry_of(
    session: AsyncSession, *, participant_id: int, now: datetime
) -> Entry:
    """The entry of a participant.

    Raises:
        NotFound: if there is no such participant.
    """
    entry, _ = await _entry(session, col(Participant.id) == participant_id, now)
    if entry is None:
        raise NotFound("participant")
    return entry


async def _entry(
    session: AsyncSession, condition: ColumnElement[bool], now: datetime
) -> tuple[Entry | None, tuple[str | None, ...]]:
    """An entry, and the phones of whoever may have been told of it."""
    rows = await session.exec(
        select(Participant, Visit, Visitor, Account)
        .join(Visit, col(Visit.id) == col(Participant.visit_id))
        .outerjoin(Visitor, col(Visitor.id) == col(Participant.visitor_id))
        .outerjoin(Account, col(Account.id) == col(Participant.account_id))
        .where(condition)
    )
    found = rows.first()
    if found is None:
        return None, ()
    participant, visit, visitor, account = found
    policy = await places.policy_of(session, visit.prison_id)
    prison = await session.get_one(Site, visit.prison_id)
    point = await session.get(Site, visit.point_id) if visit.point_id else None
    door = Doorway(
        now=now,
        span=Timespan(visit.starts_at, visit.ends_at),
        early=policy.early,
        grace=policy.grace,
        state=visit.state,
        kind=visit.kind,
        part=participant.part,
    )
    person = visitor or account
    entry = Entry(
        participant_id=participant.id,
        part=participant.part,
        reference=visit.reference,
        span=door.span,
        zone=prison.zone,
        phone=(point.phone if point else "") or prison.phone,
        opens_at=door.opens_at,
        closes_at=door.closes_at,
        denial=admission.denial(door),
    )
    helper = visitor.helper_phone if visitor else None
    return entry, (person.phone if person else None, helper)
