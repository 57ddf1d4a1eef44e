"""Keeps the record of who was in a call, behind the call's back.

The room's notes are written in order, in batches, by one task; sound and picture
never wait for the database, and a record that is late or fails costs no call.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from signaling.effects import Answered, Hold, Kept, LineNote, Note, Noted, Wrote
from signaling.words import Reason
from visitation import calls, lines, visits
from visitation.audit import Actor
from visitation.database import Database
from visitation.lifecycle import ParticipantState
from visitation.recordings import consenting
from visitation.visits import Participant, Visit
from visitation.words import Fault, Part, Role

log = structlog.get_logger()

TRIES: Final = 3
_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE: Final = 5.0
#: While the database is away, what happened waits until it is back.
_AWAY: Final = (OperationalError, InterfaceError, PoolTimeout)
_ROLES: Final = {
    Part.OFFICIAL: Role.OFFICIAL,
    Part.COMPANION: Role.OFFICIAL,
    Part.MONITOR: Role.WARDEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Whoever is in these visits is still there."""

    visits: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """A visit's room is made anew: nobody noted how the one before it ended."""

    visit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A visit is held because nobody supervises it, or goes on."""

    visit: str
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """So many seconds of a visit were lost, by whose fault they were."""

    visit: str
    seconds: Mapping[Fault, int]


Noting = Lost | Held | Seen | CutOff | Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A note, and when what it notes happened."""

    note: Noting
    at: datetime


class Recorder:
    """Writes notes into the record."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._entries: asyncio.Queue[Entry] = asyncio.Queue()

    def put(self, note: Noting, at: datetime) -> None:
        """Write this down as soon as the database takes it."""
        self._entries.put_nowait(Entry(note=note, at=at))

    def keep(self, visit: str, effect: Kept | Hold, at: datetime) -> None:
        """Write down what followed from something in a visit's room."""
        if isinstance(effect, Hold):
            self.put(Held(visit=visit, held=effect.held), at)
        else:
            self.put(effect, at)

    async def settled(self) -> None:
        """Wait until everything put so far is written."""
        await self._entries.join()

    async def run(self) -> None:
        """Write for as long as the service runs."""
        while True:
            batch = [await self._entries.get()]
            while not self._entries.empty():
                batch.append(self._entries.get_nowait())
            await self._write(batch)
            for _ in batch:
                self._entries.task_done()

    async def _write(self, batch: list[Entry]) -> None:
        if await self._written(batch) or len(batch) == 1:
            return
        # One that cannot be written costs none of the others.
        for entry in batch:
            await self._written([entry])

    async def _written(self, batch: list[Entry]) -> bool:
        tried, pause = 0, _PAUSE_SECONDS
        while tried < TRIES:
            try:
                async with self._database.write() as session:
                    for entry in batch:
                        await _enter(session, entry)
            except _AWAY:
                log.exception("record_waits_for_the_database", notes=len(batch))
            except Exception:  # the recorder's outermost loop
                tried += 1
                log.exception("presence_not_recorded", notes=len(batch), tried=tried)
            else:
                return True
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        return False


async def _enter(session: AsyncSession, entry: Entry) -> None:
    match entry.note:
        case Seen(visits=references):
            await calls.seen(session, references, now=entry.at)
        case CutOff(visit=reference):
            visit = await visits.by_reference(session, reference)
            await calls.went_down(session, visit, now=entry.at)
        case Lost(visit=reference, seconds=seconds):
            visit = await visits.by_reference(session, reference)
            await calls.losses.add(session, visit.id, seconds)
        case Held(visit=reference, held=held):
            visit = await visits.by_reference(session, reference)
            calls.supervised(session, visit.id, held=held, now=entry.at)
        case LineNote(participant=one, measured=measured):
            await lines.add(session, participant=one, measured=measured, now=entry.at)
        case Wrote(participant=one, code=code, text=text):
            await calls.chat.keep(
                session, participant=one, code=code, text=text, now=entry.at
            )
        case Answered(participant=one, given=given):
            if person := await _person(session, one):
                by = await _actor(session, person)
                await consenting.consent(session, person, given, by=by, now=entry.at)
        case note:
            await _record(session, note, entry.at)


async def _person(session: AsyncSession, reference: str) -> Participant | None:
    rows = await session.exec(
        select(Participant).where(Participant.reference == reference)
    )
    return rows.first()


async def _record(session: AsyncSession, note: Note, at: datetime) -> None:
    person = await _person(session, note.participant)
    if person is None:
        return
    by = await _actor(session, person)
    if note.what is Noted.WAITING:
        await calls.waiting(session, person, by=by, now=at)
    elif note.what is Noted.RECONNECTING:
        await calls.reconnecting(session, person, now=at)
    elif note.what is Noted.LEFT:
        reason = note.reason or Reason.LEFT
        await calls.left(
            session, person, reason=reason.value, by=by, now=at, lost=note.lost
        )
    else:
        lost = note.lost
        if note.what is Noted.JOINED and person.state is ParticipantState.RECONNECTING:
            # The service was restarted in the middle of a call: our loss, not theirs.
            lost = await calls.away(session, person, now=at)
        await calls.returned(session, person, lost=lost, by=by, now=at)


async def _actor(session: AsyncSession, person: Participant) -> Actor:
    if person.account_id is not None:
        return Actor.account(person.account_id, _ROLES.get(person.part, Role.OFFICIAL))
    if person.part is Part.PRISONER:
        visit = await session.get_one(Visit, person.visit_id)
        return Actor.station(visit.terminal_id)
    return Actor.participant(person.id)
