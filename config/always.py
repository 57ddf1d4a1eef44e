"""The demonstration's visits that are open whenever somebody looks: a door needs them.

Where its people are busy just then, a visit is shorter, or begins on paper a while
later, or what they booked by themselves is opened before its time.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import agenda
from config.agenda import Scene
from config.cast import Open
from scheduler import booking
from scheduler.proposals import Refusal
from visitation import calls, visits
from visitation.calls import NotExtendable
from visitation.keyring import Keyring
from visitation.lifecycle import ParticipantState, VisitState
from visitation.people import Prisoner
from visitation.timespan import QUANTUM, Timespan, floor_quantum
from visitation.visits import Visit

_HOUR = timedelta(minutes=60)
#: An open visit with less left than this is given another hour.
LEAST_LEFT = timedelta(minutes=30)
_LENGTHS = (_HOUR, LEAST_LEFT)
#: How many quanta later an open visit may begin, if the last one just ended; the door
#: of a call opens no earlier before it.
LATEST_START = 6
_TAKEN = {
    Refusal.TERMINAL_TAKEN,
    Refusal.PRISONER_BUSY,
    Refusal.VISITOR_BUSY,
    Refusal.OFFICIAL_BUSY,
}
_REASON = "نمایش: ملاقاتی که همیشه باز است"


async def open_now(
    session: AsyncSession, keyring: Keyring, which: Open, *, now: datetime
) -> Visit:
    """The visit that is live with everyone identified, made if there is none.

    Raises:
        Refused: if it cannot be booked, which only somebody else's changes can cause.
    """
    scene = await agenda.scene_of(session)
    visit = await live(session, which, now=now)
    if visit is None:
        visit = await _opened(session, scene, keyring, which, now)
    if visit.ends_at - now < LEAST_LEFT:
        # What was booked for its people meanwhile comes first.
        with suppress(NotExtendable):
            await calls.extend(session, visit, by_minutes=60, by=scene.warden, now=now)
    return visit


async def live(session: AsyncSession, which: Open, *, now: datetime) -> Visit | None:
    """The visit that is open now, if somebody has not ended it."""
    return await _theirs(session, which, VisitState.LIVE, now)


async def _theirs(
    session: AsyncSession, which: Open, state: VisitState, now: datetime
) -> Visit | None:
    """The first visit of its prisoner and kind that may be entered, in that state."""
    rows = await session.exec(
        select(Visit)
        .join(Prisoner, col(Prisoner.id) == col(Visit.prisoner_id))
        .where(
            Prisoner.number == which.prisoner,
            Visit.kind == which.kind,
            Visit.state == state,
            col(Visit.ends_at) > now,
            col(Visit.starts_at) <= now + LATEST_START * QUANTUM,
        )
        .order_by(col(Visit.starts_at))
    )
    return rows.first()


async def _opened(
    session: AsyncSession, scene: Scene, keyring: Keyring, which: Open, now: datetime
) -> Visit:
    visit = await _booked(session, scene, keyring, which, now)
    for participant in await visits.participants(session, visit.id):
        await calls.tick(
            session,
            participant,
            ParticipantState.IDENTIFIED,
            by=scene.warden,
            now=now,
        )
    await calls.start(session, visit, by=scene.warden, now=now)
    return visit


async def _booked(
    session: AsyncSession, scene: Scene, keyring: Keyring, which: Open, now: datetime
) -> Visit:
    """A visit at the first time that its people and its terminal have."""
    for span in _spans(now):
        try:
            return await agenda.book_at(
                session,
                scene,
                keyring,
                which.prisoner,
                terminal_id=scene.stations[which.terminal],
                span=span,
                kind=which.kind,
                official_id=scene.officials.get(which.official),
                override_reason=_REASON,
                now=now,
            )
        except booking.Refused as refused:
            if _TAKEN.isdisjoint(refused.reasons):
                raise
    own = await _theirs(session, which, VisitState.BOOKED, now)
    if own is not None:
        return own
    raise booking.Refused((Refusal.TERMINAL_TAKEN,))


def _spans(now: datetime) -> Iterator[Timespan]:
    begins = floor_quantum(now)
    for later in range(LATEST_START):
        start = begins + later * QUANTUM
        for length in _LENGTHS:
            yield Timespan(start, start + length)
