"""What people hear who wait for a prisoner to be brought, or who called for help.

Reads the record when something was ticked, begun or ended, and tells those it concerns;
decides nothing.
"""

from datetime import datetime

from sqlmodel import col, select

from signaling.hub import Hub
from signaling.live import Live
from signaling.talk import Awaited, Help
from signaling.words import Phase
from visitation import calls, visits
from visitation.visits import Visit
from visitation.words import Part


async def moved(hub: Hub, reference: str, *, now: datetime) -> None:
    """Something was done to a visit: tell those who wait for its terminal."""
    waiting = [one.visit for one in hub.lives() if one.room.phase is Phase.WAITING]
    if not waiting:
        return
    async with hub.database.read() as session:
        visit = await visits.by_reference(session, reference)
        rows = await session.exec(
            select(Visit).where(
                col(Visit.reference).in_(waiting),
                Visit.terminal_id == visit.terminal_id,
            )
        )
        found = [
            (one.reference, await calls.awaiting.progress(session, one, now=now))
            for one in rows.all()
        ]
    for one, progress in found:
        if live := hub.live(one):
            _tell(live, Awaited(stage=progress.stage, before=progress.before))


def helped(live: Live, participant: str, *, waiting: bool) -> None:
    """Tell whoever called for help, and whoever watches, how that stands."""
    said = Help(participant=participant, waiting=waiting)
    for place in tuple(live.room.here):
        peer = live.peers.get(place.id)
        concerned = place.id == participant or place.guest.part is Part.MONITOR
        if peer is not None and concerned:
            peer.send(said)


def _tell(live: Live, said: Awaited) -> None:
    for place in tuple(live.room.here):
        peer = live.peers.get(place.id)
        if peer is not None and place.guest.part is not Part.PRISONER:
            peer.send(said)
