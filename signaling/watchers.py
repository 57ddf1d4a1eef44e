"""Which of the staff watch a visit, and from when to when, for everybody in it.

Pure. A line that breaks does not end it: sound and picture go on until the place is
given up. The record keeps the same times, as stretches of their presence.
"""

from datetime import datetime

from signaling.disclosure import Watching
from signaling.effects import Effects, Envelope
from signaling.roster import Roster
from signaling.seats import Place
from visitation.words import Part


class Watchers:
    """Who watches, and who did."""

    def __init__(self) -> None:
        self._now: dict[str, Watching] = {}
        self._before: list[Watching] = []

    def since(self, participant: str) -> datetime | None:
        """Since when somebody watches; None if they do not."""
        watch = self._now.get(participant)
        return watch.since if watch is not None else None

    def begins(self, place: Place, here: Roster, now: datetime) -> Effects:
        """Somebody was admitted: if they came to watch, they do from now on."""
        is_new = place.id not in self._now
        if not (is_new and place.admitted and place.guest.part is Part.MONITOR):
            return ()
        watch = self._now[place.id] = Watching(participant=place.id, since=now)
        return here.tell(watch)

    def ends(self, participant: str, here: Roster, now: datetime) -> Effects:
        """Somebody goes, and does not watch any more."""
        watch = self._now.pop(participant, None)
        if watch is None:
            return ()
        ended = Watching(participant=participant, since=watch.since, until=now)
        self._before.append(ended)
        return here.tell(ended)

    def so_far(self, place: Place) -> Effects:
        """Every time somebody watched, for one who has just come."""
        told = (*self._before, *self._now.values())
        return tuple(Envelope(to=place.id, message=watch) for watch in told)
