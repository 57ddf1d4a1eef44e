"""What an official reads beside a visit: who met before, what is asked for, what was.

Of the visit's prisoner alone. Visits of lawyers are none of an official's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.cases import after, written
from visitation.cases.after import Heard
from visitation.cases.written import Written
from visitation.lifecycle import VisitState
from visitation.people.tables import Account, Contact, Visitor
from visitation.timespan import Timespan
from visitation.visits.listed import Listed, listed
from visitation.visits.tables import Incident, Participant, Visit
from visitation.waiting.tables import WaitingEntry
from visitation.words import IncidentKind, Part, Relation, VisitKind, WaitingState

#: How many of each are shown, the newest.
SHOWN = 8
_PAST = frozenset(
    {
        VisitState.COMPLETED,
        VisitState.MISSED,
        VisitState.CANCELLED,
        VisitState.UNCLOSED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A visit that was.

    Attributes:
        connected: how long the family was in the call.
    """

    visit: Listed
    connected: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """An incident as an official reads it."""

    kind: IncidentKind
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """All of it.

    Attributes:
        relations: what each visitor of the visit is to the prisoner, by name.
        met: how many visits took place before.
        wishes: what is asked for and not decided yet.
        requested: times of visits that are asked for and not booked.
        waiting: days from and to which a family waits for a slot.
        note: what staff noted of the visit when it was booked.
    """

    relations: Sequence[tuple[str, Relation | None]]
    met: int
    past: Sequence[Past]
    wishes: Sequence[Heard]
    requested: Sequence[Timespan]
    waiting: Sequence[tuple[date, date]]
    incidents: Sequence[Noted]
    rulings: Sequence[Written]
    note: str


async def of(session: AsyncSession, visit: Visit) -> Background:
    """What there is beside one visit."""
    met, past = await _past(session, visit)
    return Background(
        relations=await _relations(session, visit),
        met=met,
        past=past,
        wishes=await after.undecided(session, prisoner_id=visit.prisoner_id),
        requested=await _requested(session, visit),
        waiting=await _waiting(session, visit),
        incidents=await _incidents(session, visit),
        rulings=await written.of_prisoner(
            session, prisoner_id=visit.prisoner_id, limit=SHOWN
        ),
        note=visit.note,
    )


async def _relations(
    session: AsyncSession, visit: Visit
) -> Sequence[tuple[str, Relation | None]]:
    rows = await session.exec(
        select(Visitor.name, Contact.relation)
        .join(Participant, col(Participant.visitor_id) == col(Visitor.id))
        .outerjoin(
            Contact,
            (col(Contact.visitor_id) == col(Visitor.id))
            & (col(Contact.prisoner_id) == visit.prisoner_id),
        )
        .where(Participant.visit_id == visit.id)
        .order_by(col(Participant.id))
    )
    return [(name, Relation(of) if of else None) for name, of in rows.all()]


async def _past(session: AsyncSession, visit: Visit) -> tuple[int, Sequence[Past]]:
    earlier = (
        col(Visit.prisoner_id) == visit.prisoner_id,
        col(Visit.kind) != VisitKind.LEGAL,
        col(Visit.id) != visit.id,
        col(Visit.starts_at) < visit.starts_at,
    )
    took_place = col(Visit.state) == VisitState.COMPLETED
    met = (await session.exec(select(func.count()).where(*earlier, took_place))).one()
    newest = await session.exec(
        select(Visit.id)
        .where(*earlier, col(Visit.state).in_(_PAST))
        .order_by(col(Visit.starts_at).desc())
        .limit(SHOWN)
    )
    ids = newest.all()
    found = await listed(session, col(Visit.id).in_(ids), shown=_PAST)
    connected = await session.exec(
        select(Participant.visit_id, func.max(Participant.seconds_connected))
        .where(
            col(Participant.visit_id).in_(ids), col(Participant.part) == Part.VISITOR
        )
        .group_by(col(Participant.visit_id))
    )
    seconds = dict(connected.all())
    return met, [
        Past(visit=one, connected=timedelta(seconds=seconds.get(one.id, 0)))
        for one in found[::-1]
    ]


async def _requested(session: AsyncSession, visit: Visit) -> Sequence[Timespan]:
    rows = await session.exec(
        select(Visit.starts_at, Visit.ends_at)
        .where(
            Visit.prisoner_id == visit.prisoner_id,
            col(Visit.state) == VisitState.REQUESTED,
            col(Visit.kind) != VisitKind.LEGAL,
        )
        .order_by(col(Visit.starts_at))
        .limit(SHOWN)
    )
    return [Timespan(start, end) for start, end in rows.all()]


async def _waiting(session: AsyncSession, visit: Visit) -> Sequence[tuple[date, date]]:
    rows = await session.exec(
        select(WaitingEntry)
        .where(
            WaitingEntry.prisoner_id == visit.prisoner_id,
            col(WaitingEntry.kind) != VisitKind.LEGAL,
            col(WaitingEntry.state).in_((WaitingState.WAITING, WaitingState.OFFERED)),
        )
        .order_by(col(WaitingEntry.id))
        .limit(SHOWN)
    )
    return [(one.first_day, one.last_day) for one in rows.all()]


async def _incidents(session: AsyncSession, visit: Visit) -> Sequence[Noted]:
    rows = await session.exec(
        select(Incident, Account.name)
        .join(Visit, col(Visit.id) == col(Incident.visit_id))
        .join(Account, col(Account.id) == col(Incident.account_id))
        .where(
            Visit.prisoner_id == visit.prisoner_id,
            col(Visit.kind) != VisitKind.LEGAL,
        )
        .order_by(col(Incident.id).desc())
        .limit(SHOWN)
    )
    return [
        Noted(kind=one.kind, text=one.text, at=one.at, by=name)
        for one, name in rows.all()
    ]
