"""The demonstration's one recording: of a visit that is over, and ready to be played.

Its people agree, it begins and ends through the use cases that a call has, and the
process that finishes recordings makes its files, from journals of `config.filmed`.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import cast, filmed
from config.filmed import Sitter
from signaling.recording import finish
from signaling.recording.orders import Journal, Order
from visitation.audit import SYSTEM, Actor
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.people import Prisoner
from visitation.recordings import beginning, consenting, finishing, going, keys, paths
from visitation.recordings.finishing import FinishedFile
from visitation.recordings.tables import Recording
from visitation.visits import Participant, Visit, participants
from visitation.words import Part, RecordingEnd
from web.recording_shelf import Shelf

#: One is seen smaller after a while; the line of another breaks for some seconds.
PRISONER = Sitter(
    pitch=130,
    dress=(150, 110),
    looks=((0.0, (256, 192), "high"), (16.0, (128, 96), "low")),
)
VISITORS = (
    Sitter(
        pitch=210,
        dress=(110, 150),
        looks=((2.0, (256, 192), "high"),),
        away=(9.0, 13.0),
    ),
    Sitter(pitch=180, dress=(118, 112), looks=((4.0, (256, 192), "high"),)),
)
_KEEP_DAYS = 90
_LATE = timedelta(minutes=2)


async def fill(
    database: Database,
    keyring: Keyring,
    *,
    shelf: Shelf,
) -> str:
    """Leave a recording that plays; its reference."""
    reference, key = keyring.reference(), keys.make()
    async with database.write() as session:
        visit = await _over(session)
        people = [
            one
            for one in await participants(session, visit.id)
            if one.part in {Part.PRISONER, Part.VISITOR}
        ]
        then = visit.starts_at + _LATE
        recording = await _begun(session, visit, people, reference, then)
        recording_id = recording.id
    home = await asyncio.to_thread(_home, shelf, reference, key)
    order = await asyncio.to_thread(_filmed, home, key, people, then.timestamp())
    told = await asyncio.to_thread(finish.finish, order)
    async with database.write() as session:
        recording = await session.get_one(Recording, recording_id)
        ends = then + timedelta(seconds=told["seconds"])
        reason = RecordingEnd.VISIT_ENDED
        await going.end(session, recording, reason, by=SYSTEM, now=ends)
        await finishing.finished(
            session,
            recording,
            _files(told["files"]),
            told["seconds"],
            keep_days=_KEEP_DAYS,
            now=ends + _LATE,
        )
    for journal in order.journals:
        (order.directory / journal.name).unlink()
    return reference


async def _over(session: AsyncSession) -> Visit:
    rows = await session.exec(
        select(Visit)
        .join(Prisoner, col(Prisoner.id) == col(Visit.prisoner_id))
        .where(Prisoner.number == cast.PLAYED[0][0])
        .order_by(col(Visit.starts_at))
    )
    found = rows.first()
    assert found is not None
    return found


async def _begun(
    session: AsyncSession,
    visit: Visit,
    people: Sequence[Participant],
    reference: str,
    then: datetime,
) -> Recording:
    for one in people:
        by = Actor.participant(one.id)
        await consenting.consent(session, one, True, by=by, now=then)
    recording = await beginning.begin(
        session, visit, reference=reference, by=SYSTEM, now=then
    )
    for one in people:
        name = paths.journal_name(one.reference, 1)
        await beginning.journal(session, recording, one, name, now=then)
    return recording


def _home(shelf: Shelf, reference: str, key: bytes) -> Path:
    shelf.wraps.write_key(shelf.directory, reference, key)
    return paths.home(shelf.directory, reference)


def _filmed(
    home: Path, key: bytes, people: Sequence[Participant], epoch: float
) -> Order:
    journals, visitors = [], cycle(VISITORS)
    for one in people:
        sitter = PRISONER if one.part is Part.PRISONER else next(visitors)
        name = paths.journal_name(one.reference, 1)
        filmed.write(home / name, key, sitter, who=one.reference, wall=epoch)
        journals.append(Journal(name=name, participant=one.reference))
    return Order(directory=home, key=key, journals=tuple(journals), epoch=epoch)


def _files(told: Sequence[dict[str, object]]) -> list[FinishedFile]:
    names = FinishedFile.__slots__
    return [
        FinishedFile(**{name: one[name] for name in names})  # type: ignore[arg-type]
        for one in told
    ]
