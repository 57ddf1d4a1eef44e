"""Whether live rooms are recorded by the rules that their prisons have now.

Another process may have changed them, so that they are read again and again. A rule
that changes in mid-visit ends the visit's recording, and begins none: whoever came
before was not asked.
"""

from collections.abc import Iterator

import structlog

from signaling import recording_rows
from signaling.hub import Hub
from signaling.live import Live
from signaling.supervised import SupervisedRoom
from signaling.words import Phase

log = structlog.get_logger()


async def obey(hub: Hub) -> None:
    """Have no room recorded whose prison's rules are not those of its beginning."""
    references = [live.visit for live, _room in _rooms(hub)]
    if not references:
        return
    async with hub.database.read() as session:
        wanted = await recording_rows.wanted(session, references)
    for live, room in _rooms(hub):
        is_wanted = live.visit in wanted
        if live.visit not in references or room.taping.is_ruled_by(is_wanted):
            continue
        async with hub.database.write() as session:
            await recording_rows.overruled(session, live.visit, hub.clock())
        log.warning("recording_overruled", visit=live.visit, wanted=is_wanted)
        # It may have ended while that was written.
        if room.phase is not Phase.ENDED:
            hub.carry_out(live, room.overrule_recording())


def _rooms(hub: Hub) -> Iterator[tuple[Live, SupervisedRoom]]:
    for live in hub.lives():
        if isinstance(live.room, SupervisedRoom):
            yield live, live.room
