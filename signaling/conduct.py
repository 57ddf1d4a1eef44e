"""What staff do to a visit while it goes on: the record first, then the room.

Each verb is one transaction, after which those in the call are told; a refusal leaves
both as they were. Who may do it is the caller's business.
"""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from signaling import awaiting, hands, recording_rows, removing
from signaling.hub import Hub, NotLive
from signaling.live import Live
from signaling.media.engine import Kind
from signaling.messages import End, Message, Warn
from signaling.room import UNDER_WAY
from signaling.words import MOVED, Phase, Reason
from visitation import audit, calls, visits
from visitation.audit import Actor
from visitation.errors import Invalid, NotFound
from visitation.lifecycle import ParticipantState, VisitState
from visitation.places import Policy, policy_of
from visitation.visits import Participant, Visit
from visitation.words import Outcome, RemovalReason

LONGEST_TEXT = 200


async def start(hub: Hub, reference: str, *, by: Actor, now: datetime) -> None:
    """Start a visit; everybody who waits is admitted.

    Raises:
        NotFound: if there is no such visit.
        IllegalMove: if it is not booked.
        Overtaken: if somebody else moved it first.
    """
    async with hub.database.write() as session:
        visit, policy = await _read(session, reference)
        await calls.start(session, visit, by=by, now=now)
        past = await recording_rows.past(session, visit, policy)
    live = hub.open(visit, policy, past)
    hub.carry_out(live, live.room.start(now=now))


async def admit(
    hub: Hub, reference: str, participant: str, *, by: Actor, now: datetime
) -> None:
    """Let in somebody who came late; whoever is admitted counts as identified.

    Raises:
        NotFound: if there is no such participant of that visit.
    """
    async with hub.database.write() as session:
        visit, _ = await _read(session, reference)
        person = await _person(session, visit, participant)
        await calls.tick(session, person, ParticipantState.IDENTIFIED, by=by, now=now)
        _note(session, visit, "call_admit", by, now, participant=person.id)
    live = hub.live(reference)
    if live is None:
        return
    # Whoever is not here now walks in when they come.
    live.room.here.taken_out.discard(participant)
    if live.room.here.find(participant) is not None:
        hub.carry_out(live, live.room.admit(participant, now=now))


async def pause(
    hub: Hub,
    reference: str,
    *,
    paused: bool,
    by: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Pause a visit, or let it go on; `reason` is a code that everybody is told.

    Raises:
        NotLive: if nobody is in a call.
    """
    live = _under_way(hub, reference)
    why = {"reason": reason} if reason else {}
    await _noted(hub, reference, "call_pause", by, now, paused=paused, **why)
    hub.carry_out(live, live.room.pause(paused, reason))


async def mute(
    hub: Hub,
    reference: str,
    participant: str,
    *,
    kind: Kind,
    muted: bool,
    by: Actor,
    now: datetime,
) -> None:
    """Silence somebody or turn off their picture, or undo it.

    Raises:
        NotLive: if nobody is in a call.
        NotFound: if that participant is not in it.
    """
    live = _under_way(hub, reference)
    if live.room.snapshot().person(participant) is None:
        raise NotFound("participant")
    async with hub.database.write() as session:
        visit, _ = await _read(session, reference)
        person = await _person(session, visit, participant)
        facts = {"participant": person.id, "kind": kind, "muted": muted}
        _note(session, visit, "call_mute", by, now, **facts)
    hub.carry_out(live, live.room.mute(participant, kind, muted))


async def remove(
    hub: Hub,
    reference: str,
    participant: str,
    *,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """Take out whoever has no business here any more; `reason` is for the record.

    Raises:
        NotLive: if nobody has come.
        NotFound: if that participant is not there.
    """
    live = hub.live(reference)
    if live is None:
        raise NotLive
    async with hub.database.write() as session:
        visit, _ = await _read(session, reference)
        person = await _person(session, visit, participant)
        facts = {"participant": person.id, "reason": reason}
        _note(session, visit, "call_remove", by, now, **facts)
    gone = live.room.leave(participant, now=now, reason=Reason.REMOVED)
    hub.carry_out(live, gone)


async def take_out(
    hub: Hub,
    reference: str,
    participant: str,
    *,
    why: RemovalReason,
    by: Actor,
    now: datetime,
) -> None:
    """Take somebody out of a visit under way; they and the others read why.

    Raises:
        NotLive: if nobody is in a call.
        NotFound: if that participant is not in it.
    """
    live = _under_way(hub, reference)
    guest = live.room.here.at(participant).guest
    async with hub.database.write() as session:
        visit, _ = await _read(session, reference)
        person = await _person(session, visit, participant)
        facts = {"participant": person.id, "reason": why.value}
        _note(session, visit, "call_remove", by, now, **facts)
    hub.carry_out(live, removing.taken_out(live.room, guest, why=why, now=now))


async def lower(
    hub: Hub, reference: str, participant: str, *, by: Actor, now: datetime
) -> None:
    """Take somebody's raised hand down.

    Raises:
        NotLive: if nobody is in a call.
    """
    live = _under_way(hub, reference)
    await _noted(hub, reference, "call_lower", by, now)
    hub.carry_out(live, hands.raised(live.room, participant, up=False))


async def message(
    hub: Hub, reference: str, *, code: str, text: str, by: Actor, now: datetime
) -> None:
    """Say something to everybody: a prepared sentence by its code, or typed words.

    Raises:
        Invalid: if there is nothing to say, or too much.
        NotLive: if nobody has come.
    """
    said = Message(code=code, text=_checked(code, text))
    await _say(hub, reference, said, "call_message", by=by, now=now)


async def warn(
    hub: Hub, reference: str, *, code: str, text: str, by: Actor, now: datetime
) -> None:
    """Warn everybody, in the same two ways.

    Raises:
        Invalid: if there is nothing to say, or too much.
        NotLive: if nobody has come.
    """
    said = Warn(code=code, text=_checked(code, text))
    await _say(hub, reference, said, "call_warn", by=by, now=now)


async def extend(
    hub: Hub, reference: str, *, minutes: int, by: Actor, now: datetime
) -> None:
    """Let a visit go on, if the terminal and the people are free.

    Raises:
        Invalid: if the minutes are no whole quanta, or more than an hour.
        NotExtendable: if it is not live, or something is taken.
    """
    async with hub.database.write() as session:
        visit, policy = await _read(session, reference)
        await calls.extend(session, visit, by_minutes=minutes, by=by, now=now)
    _retime(hub, visit, policy, now)


async def end(
    hub: Hub,
    reference: str,
    *,
    by: Actor,
    now: datetime,
    outcome: Outcome = Outcome.ENDED_BY_STAFF,
    reason: str = "",
) -> None:
    """End a visit for everybody.

    Raises:
        IllegalMove: if it is not live.
        Overtaken: if somebody else ended it first.
    """
    await hub.settled()
    async with hub.database.write() as session:
        visit, _ = await _read(session, reference)
        if hub.live(reference) is None:
            await calls.went_down(session, visit, now=now)
        await calls.finish(
            session, visit, outcome=outcome, by=by, now=now, reason=reason
        )
        owed = (await calls.losses.of(session, visit)).minutes_owed
    hub.changed()
    if live := hub.live(reference):
        hub.close(live, End(reason=Reason.ENDED, minutes_owed=owed))
    await awaiting.moved(hub, reference, now=now)


async def changed(hub: Hub, reference: str, *, now: datetime) -> None:
    """Bring the room up to date after the record was changed elsewhere.

    Raises:
        NotFound: if there is no such visit.
    """
    async with hub.database.read() as session:
        visit, policy = await _read(session, reference)
    hub.changed()
    await awaiting.moved(hub, reference, now=now)
    live = hub.live(reference)
    if live is None:
        return
    stands = visit.state in {VisitState.BOOKED, VisitState.LIVE}
    if not stands or visit.version != live.version:
        hub.close(live, End(reason=Reason.ENDED, undone=_undone(visit, live)))
        return
    _retime(hub, visit, policy, now)
    if visit.state is VisitState.LIVE:
        hub.carry_out(live, live.room.start(now=now))


def _undone(visit: Visit, live: Live) -> str:
    """Why a visit is not held that people wait for; empty for one that began."""
    if live.room.phase is not Phase.WAITING:
        return ""
    return visit.outcome.value if visit.outcome is not None else MOVED


def _retime(hub: Hub, visit: Visit, policy: Policy, now: datetime) -> None:
    hub.changed()
    if live := hub.live(visit.reference):
        closes_at = visit.ends_at + policy.grace
        again = live.room.retimed(ends_at=visit.ends_at, closes_at=closes_at, now=now)
        hub.carry_out(live, again)


async def _say(
    hub: Hub,
    reference: str,
    said: Message | Warn,
    action: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    live = hub.live(reference)
    if live is None:
        raise NotLive
    await _noted(hub, reference, action, by, now, code=said.code, length=len(said.text))
    hub.carry_out(live, live.room.say(said))


def _checked(code: str, text: str) -> str:
    text = text.strip()
    if not code and not text:
        raise Invalid("text", "missing")
    if len(text) > LONGEST_TEXT:
        raise Invalid("text", "too_long")
    return text


def _under_way(hub: Hub, reference: str) -> Live:
    live = hub.live(reference)
    if live is None or live.room.phase not in UNDER_WAY:
        raise NotLive
    return live


async def _read(session: AsyncSession, reference: str) -> tuple[Visit, Policy]:
    visit = await visits.by_reference(session, reference)
    return visit, await policy_of(session, visit.prison_id)


async def _person(session: AsyncSession, visit: Visit, reference: str) -> Participant:
    for person in await visits.participants(session, visit.id):
        if person.reference == reference:
            return person
    raise NotFound("participant")


async def _noted(
    hub: Hub, reference: str, action: str, by: Actor, now: datetime, **facts: object
) -> None:
    async with hub.database.write() as session:
        visit, _ = await _read(session, reference)
        _note(session, visit, action, by, now, **facts)


def _note(
    session: AsyncSession,
    visit: Visit,
    action: str,
    by: Actor,
    now: datetime,
    **facts: object,
) -> None:
    subject = f"visit:{visit.id}"
    audit.note(session, by, action, subject, now=now, visit_id=visit.id, **facts)
