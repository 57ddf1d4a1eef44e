"""Calls for help by people in a visit: asked, then answered by staff.

Somebody has one open call at a time, by the database; asking again changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.calls.tables import HelpCall
from visitation.calls.words import HelpPlace
from visitation.database import is_conflict
from visitation.errors import NotFound
from visitation.keyring import Keyring
from visitation.people import Account, Prisoner, Scope, Visitor
from visitation.places import Site, Station
from visitation.visits.tables import Participant, Visit
from visitation.words import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An open call for help, as a board shows it.

    Attributes:
        participant: the reference of whoever called.
        visit: the visit's reference.
        seat: the terminal or kiosk they sit at; empty for a phone of their own.
        zone: the prison's wall clock.
    """

    participant: str
    visit: str
    name: str
    part: Part
    place: HelpPlace
    seat: str
    asked_at: datetime
    zone: str


async def ask(
    session: AsyncSession,
    *,
    participant_id: int,
    place: HelpPlace,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    """Call for help; whoever has called already, and was not answered, waits on.

    Raises:
        NotFound: if there is no such participant.
    """
    person = await session.get(Participant, participant_id)
    if person is None:
        raise NotFound("participant")
    call = HelpCall(
        reference=keyring.reference(),
        visit_id=person.visit_id,
        participant_id=person.id,
        place=place,
        asked_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(call)
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        return
    _note(session, call, "help_asked", by=by, now=now, place=place.value)


async def answer(
    session: AsyncSession, visit: Visit, participant: str, *, by: Actor, now: datetime
) -> None:
    """Say that somebody goes and helps; a second answer changes nothing.

    Raises:
        NotFound: if nobody of that reference is in the visit.
    """
    rows = await session.exec(
        select(Participant).where(
            Participant.reference == participant, Participant.visit_id == visit.id
        )
    )
    person = rows.first()
    if person is None:
        raise NotFound("participant")
    calls = await session.exec(
        select(HelpCall).where(
            HelpCall.participant_id == person.id, col(HelpCall.answered_at).is_(None)
        )
    )
    for call in calls.all():
        call.answered_at, call.answered_by_id = now, by.account_id
        session.add(call)
        await session.flush()
        _note(session, call, "help_answered", by=by, now=now)


async def waiting_in(session: AsyncSession, *, visit_id: int) -> frozenset[str]:
    """Who of a visit has called for help and was not answered yet, by reference."""
    rows = await session.exec(
        select(Participant.reference)
        .join(HelpCall, col(HelpCall.participant_id) == col(Participant.id))
        .where(HelpCall.visit_id == visit_id, col(HelpCall.answered_at).is_(None))
    )
    return frozenset(rows.all())


async def open_at_prisons(
    session: AsyncSession, *, scope: Scope, since: datetime
) -> Sequence[Asked]:
    """Who called from the visits of a scope's prisons, the longest wait first."""
    inside = col(Visit.prison_id).in_(select(Site.id).where(scope.of_sites()))
    return await _open(session, inside, since)


async def open_at_points(
    session: AsyncSession, *, scope: Scope, since: datetime
) -> Sequence[Asked]:
    """Who called from the family's side, at a scope's points or its own phones."""
    sites = select(Site.id).where(scope.of_sites())
    inside = (
        col(Visit.point_id).in_(sites)
        | (col(Visit.point_id).is_(None) & col(Visit.prison_id).in_(sites))
    ) & (col(Participant.part) != Part.PRISONER)
    return await _open(session, inside, since)


async def _open(
    session: AsyncSession, inside: ColumnElement[bool], since: datetime
) -> Sequence[Asked]:
    rows = await session.exec(
        select(HelpCall, Visit, Participant, Prisoner)
        .join(Visit, col(Visit.id) == col(HelpCall.visit_id))
        .join(Participant, col(Participant.id) == col(HelpCall.participant_id))
        .join(Prisoner, col(Prisoner.id) == col(Visit.prisoner_id))
        .where(
            inside, col(HelpCall.answered_at).is_(None), col(HelpCall.asked_at) > since
        )
        .order_by(col(HelpCall.asked_at))
    )
    found = []
    for call, visit, person, prisoner in rows.all():
        prison = await session.get_one(Site, visit.prison_id)
        is_held = person.part is Part.PRISONER
        station_id = visit.terminal_id if is_held else visit.kiosk_id
        station = await session.get(Station, station_id) if station_id else None
        found.append(
            Asked(
                participant=person.reference,
                visit=visit.reference,
                name=prisoner.name if is_held else await _name(session, person),
                part=person.part,
                place=call.place,
                seat=station.name if station else "",
                asked_at=call.asked_at,
                zone=prison.zone,
            )
        )
    return found


async def _name(session: AsyncSession, person: Participant) -> str:
    if person.visitor_id is not None:
        return (await session.get_one(Visitor, person.visitor_id)).name
    if person.account_id is not None:
        return (await session.get_one(Account, person.account_id)).name
    return ""


def _note(
    session: AsyncSession,
    call: HelpCall,
    action: str,
    *,
    by: Actor,
    now: datetime,
    **facts: str,
) -> None:
    audit.note(
        session,
        by,
        action,
        f"participant:{call.participant_id}",
        now=now,
        visit_id=call.visit_id,
        **facts,
    )
