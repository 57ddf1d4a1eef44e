"""What staff do to a visit's recording: the record first, then the room.

As `conduct` does it: each verb is one transaction, after which everybody in the call is
told. A privileged visit has nothing that could be ordered.
"""

from datetime import datetime

from signaling.hub import Hub, NotLive
from signaling.live import Live
from signaling.room import UNDER_WAY
from signaling.supervised import SupervisedRoom
from signaling.taping import OVER
from visitation import audit, calls, visits
from visitation.audit import Actor
from visitation.recordings.refusing import NotUnderWay

PAUSE, RESUME, STOP, _RULES = calls.orders.RECORDING


async def pause_recording(
    hub: Hub, reference: str, *, by: Actor, now: datetime
) -> None:
    """Let a visit's recording stand still.

    Raises:
        NotLive: if nobody is in a call.
        NotUnderWay: if it is not recorded, or not any more.
    """
    live, room = _recordable(hub, reference)
    await _noted(hub, reference, PAUSE, by=by, now=now)
    hub.carry_out(live, room.pause_recording(True))


async def resume_recording(
    hub: Hub, reference: str, *, by: Actor, now: datetime
) -> None:
    """Let a visit's recording go on; everybody is told before it does.

    Raises:
        NotLive: if nobody is in a call.
        NotUnderWay: if it is not recorded, or not any more.
    """
    live, room = _recordable(hub, reference)
    await _noted(hub, reference, RESUME, by=by, now=now)
    hub.carry_out(live, room.pause_recording(False))


async def stop_recording(hub: Hub, reference: str, *, by: Actor, now: datetime) -> None:
    """Record nothing more of a visit.

    Raises:
        NotLive: if nobody is in a call.
        NotUnderWay: if it is not recorded, or not any more.
    """
    live, room = _recordable(hub, reference)
    await _noted(hub, reference, STOP, by=by, now=now)
    hub.carry_out(live, room.stop_recording("staff"))


def _recordable(hub: Hub, reference: str) -> tuple[Live, SupervisedRoom]:
    live = hub.live(reference)
    if live is None or live.room.phase not in UNDER_WAY:
        raise NotLive
    if not isinstance(live.room, SupervisedRoom) or live.room.taping.now.state in OVER:
        raise NotUnderWay(reference)
    return live, live.room


async def _noted(
    hub: Hub, reference: str, action: str, *, by: Actor, now: datetime
) -> None:
    async with hub.database.write() as session:
        visit = await visits.by_reference(session, reference)
        subject = f"visit:{visit.id}"
        audit.note(session, by, action, subject, now=now, visit_id=visit.id)
