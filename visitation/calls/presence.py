"""Who was there and when: ticks by staff, stretches in the call, minutes lost.

Records; decides nothing about who may enter, and moves no visit.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.calls.tables import Presence
from visitation.errors import Invalid
from visitation.lifecycle import PARTICIPANT, TICKS, ParticipantState
from visitation.visits.tables import Participant, Visit
from visitation.words import SIDES, Part, Side

_TICKED = {
    ParticipantState.TOLD: "told_at",
    ParticipantState.ARRIVED: "arrived_at",
    ParticipantState.IDENTIFIED: "identified_at",
}


async def tick(
    session: AsyncSession,
    participant: Participant,
    state: ParticipantState,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Note that somebody was told, has arrived, or was identified.

    Ticking twice changes nothing. Somebody who is already waiting or in the call
    stays there.

    Raises:
        Invalid: if the state is none that staff tick.
    """
    if state not in _TICKED:
        raise Invalid("state", "not_a_tick")
    if getattr(participant, _TICKED[state]) is not None:
        return
    setattr(participant, _TICKED[state], now)
    if participant.state in TICKS and state in PARTICIPANT[participant.state]:
        participant.state = state
    session.add(participant)
    await session.flush()
    audit.note(
        session,
        by,
        f"participant_{state}",
        f"participant:{participant.id}",
        now=now,
        visit_id=participant.visit_id,
    )


async def not_told(
    session: AsyncSession, participant: Participant, *, by: Actor, now: datetime
) -> None:
    """Take back that somebody was told: it turned out that they were not."""
    participant.told_at = None
    if participant.state is ParticipantState.TOLD:
        participant.state = ParticipantState.EXPECTED
    session.add(participant)
    await session.flush()
    audit.note(
        session,
        by,
        "participant_not_told",
        f"participant:{participant.id}",
        now=now,
        visit_id=participant.visit_id,
    )


async def waiting(
    session: AsyncSession, participant: Participant, *, by: Actor, now: datetime
) -> None:
    """Note that somebody is in the waiting room; who waits has arrived.

    Except the prisoner: their terminal waits by itself, and staff say who is brought.
    """
    if participant.part is not Part.PRISONER:
        participant.arrived_at = participant.arrived_at or now
    participant.state = ParticipantState.WAITING
    session.add(participant)
    await session.flush()
    audit.note(
        session,
        by,
        "participant_waiting",
        f"participant:{participant.id}",
        now=now,
        visit_id=participant.visit_id,
    )


async def joined(
    session: AsyncSession, participant: Participant, *, by: Actor, now: datetime
) -> Presence:
    """Note that somebody is in the call, and begin a stretch of presence.

    Whoever came to watch may be in one yet: their line broke, and not what they saw.
    """
    participant.joined_at = participant.joined_at or now
    participant.left_at = None
    participant.state = ParticipantState.JOINED
    goes_on = await _goes_on(session, participant)
    stretch = goes_on or Presence(
        visit_id=participant.visit_id, participant_id=participant.id, joined_at=now
    )
    session.add_all([participant, stretch])
    await session.flush()
    begins = _watches(participant) and goes_on is None
    audit.note(
        session,
        by,
        "watching_began" if begins else "participant_joined",
        f"participant:{participant.id}",
        now=now,
        visit_id=participant.visit_id,
    )
    return stretch


async def reconnecting(
    session: AsyncSession, participant: Participant, *, now: datetime
) -> None:
    """Note that somebody's line broke; their stretch of presence ends here.

    That of one who watches goes on until their place is given up, as sound and picture
    do: nobody is told that they were watched for less than they may have been.
    """
    participant.state = ParticipantState.RECONNECTING
    session.add(participant)
    if not _watches(participant):
        await _end_stretch(session, participant, "lost", now)
    audit.note(
        session,
        audit.SYSTEM,
        "participant_reconnecting",
        f"participant:{participant.id}",
        now=now,
        visit_id=participant.visit_id,
    )


async def returned(
    session: AsyncSession,
    participant: Participant,
    *,
    lost: timedelta,
    by: Actor,
    now: datetime,
) -> None:
    """Note that somebody is back after so much lost time."""
    participant.seconds_lost += round(lost.total_seconds())
    await joined(session, participant, by=by, now=now)


async def left(
    session: AsyncSession,
    participant: Participant,
    *,
    reason: str,
    by: Actor,
    now: datetime,
    lost: timedelta = timedelta(0),
) -> None:
    """Note that somebody has left; `lost` is what was still missing at the end."""
    participant.seconds_lost += round(lost.total_seconds())
    participant.left_at = now
    participant.state = ParticipantState.LEFT
    session.add(participant)
    was_in = await _end_stretch(session, participant, reason, now)
    watched = was_in and _watches(participant)
    audit.note(
        session,
        by,
        "watching_ended" if watched else "participant_left",
        f"participant:{participant.id}",
        now=now,
        visit_id=participant.visit_id,
        reason=reason,
    )


async def seen(
    session: AsyncSession, references: Iterable[str], *, now: datetime
) -> None:
    """Note that whoever is in the calls of these visits is still there."""
    inside = select(Visit.id).where(col(Visit.reference).in_(references))
    await session.exec(
        update(Presence)
        .where(col(Presence.visit_id).in_(inside), col(Presence.left_at).is_(None))
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


async def cut_off(session: AsyncSession, visit_id: int) -> list[tuple[Part, datetime]]:
    """End every stretch that nobody ended when its participant was last seen there.

    For a call that the service did not live to see the end of.

    Returns:
        The parts of those who were there, and when they were last seen.
    """
    rows = await session.exec(
        select(Participant, Presence)
        .join(Presence, col(Presence.participant_id) == col(Participant.id))
        .where(Presence.visit_id == visit_id, col(Presence.left_at).is_(None))
    )
    seen = []
    for participant, stretch in rows.all():
        last = stretch.seen_at or stretch.joined_at
        if _watches(participant):
            await left(session, participant, reason="lost", by=audit.SYSTEM, now=last)
        else:
            await reconnecting(session, participant, now=last)
        seen.append((participant.part, last))
    return seen


async def away(
    session: AsyncSession, participant: Participant, *, now: datetime
) -> timedelta:
    """How long somebody has been out of the call they were in."""
    last = await session.exec(
        select(func.max(Presence.left_at)).where(
            Presence.participant_id == participant.id
        )
    )
    left_at = last.one()
    return max(timedelta(0), now - left_at) if left_at else timedelta(0)


def supervised(
    session: AsyncSession, visit_id: int, *, held: bool, now: datetime
) -> None:
    """Note that a visit is held because nobody supervises it, or that it goes on."""
    action = "call_hold" if held else "call_go_on"
    subject = f"visit:{visit_id}"
    audit.note(session, audit.SYSTEM, action, subject, now=now, visit_id=visit_id)


def minutes_by_side(
    participants: Iterable[Participant],
) -> dict[Side, tuple[float, float]]:
    """Minutes connected and minutes lost per side: the best connected of each."""
    sides: dict[Side, tuple[float, float]] = {}
    for participant in participants:
        connected = participant.seconds_connected / 60
        lost = participant.seconds_lost / 60
        side = SIDES[participant.part]
        if connected + lost > 0 and connected >= sides.get(side, (0.0, 0.0))[0]:
            sides[side] = (round(connected, 1), round(lost, 1))
    return sides


def _watches(participant: Participant) -> bool:
    return participant.part is Part.MONITOR


async def _goes_on(session: AsyncSession, participant: Participant) -> Presence | None:
    """What somebody watches in yet, whose line broke and whose place was kept."""
    if not _watches(participant):
        return None
    stretches = await _open_stretches(session, participant)
    return stretches[0] if stretches else None


async def _open_stretches(
    session: AsyncSession, participant: Participant
) -> Sequence[Presence]:
    found = await session.exec(
        select(Presence).where(
            Presence.participant_id == participant.id,
            col(Presence.left_at).is_(None),
        )
    )
    return found.all()


async def _end_stretch(
    session: AsyncSession, participant: Participant, reason: str, now: datetime
) -> bool:
    """End what somebody is in; False if they are in nothing."""
    stretches = await _open_stretches(session, participant)
    for stretch in stretches:
        participant.seconds_connected += max(
            0, round((now - stretch.joined_at).total_seconds())
        )
        stretch.left_at = now
        stretch.reason = reason
        session.add(stretch)
    session.add(participant)
    await session.flush()
    return bool(stretches)
