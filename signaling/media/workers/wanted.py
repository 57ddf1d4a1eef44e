"""What was ordered of the engine, room by room, so that it can be ordered again.

A worker that dies forgets who sits where; this does not. Pure: it sends nothing and
knows no worker.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from signaling.media.engine import Kind
from signaling.media.workers.wire import Arguments


@dataclass(slots=True, kw_only=True)
class _Wishes:
    privileged: bool
    seats: dict[int, str] = field(default_factory=dict)
    blocked: set[Kind] = field(default_factory=set)


class Wanted:
    """The rooms, who is in them, who is seated with whom and what is blocked."""

    def __init__(self) -> None:
        self._rooms: dict[str, dict[str, _Wishes]] = {}
        self._room_of: dict[str, str] = {}

    def room(self, participant: str) -> str | None:
        """Where the participant is, or None for somebody who has not joined."""
        return self._room_of.get(participant)

    def recordable(self, participant: str) -> bool:
        """Whether the participant has joined, and not as privileged."""
        return participant in self._room_of and not self._of(participant).privileged

    def people(self, room: str) -> Collection[str]:
        """Everybody in the room, in the order in which they came."""
        return self._rooms.get(room, {}).keys()

    def join(self, participant: str, room: str, *, privileged: bool) -> None:
        """Notes that the participant is in the room, with nothing seated or blocked."""
        wishes = _Wishes(privileged=privileged)
        self._rooms.setdefault(room, {})[participant] = wishes
        self._room_of[participant] = room

    def seat(self, subscriber: str, slot: int, publisher: str | None) -> None:
        """Notes who is in a slot of somebody who has joined."""
        if publisher is None:
            self._of(subscriber).seats.pop(slot, None)
        else:
            self._of(subscriber).seats[slot] = publisher

    def block(self, publisher: str, kind: Kind, blocked: bool) -> None:
        """Notes what is not forwarded of somebody who has joined."""
        kinds = self._of(publisher).blocked
        (kinds.add if blocked else kinds.discard)(kind)

    def leave(self, participant: str) -> None:
        """Forgets the participant, and vacates the seats given to them by others."""
        room = self._room_of.pop(participant)
        others = self._rooms[room]
        del others[participant]
        for wishes in others.values():
            for slot in [s for s, who in wishes.seats.items() if who == participant]:
                del wishes.seats[slot]
        if not others:
            del self._rooms[room]

    def orders(self, room: str) -> Iterator[tuple[str, Arguments]]:
        """All that has to be said to an engine that knows nothing of the room."""
        people = self._rooms.get(room, {})
        for name, wishes in people.items():
            yield "join", [name, room, wishes.privileged]
        for name, wishes in people.items():
            for kind in sorted(wishes.blocked):
                yield "block", [name, kind, True]
            for slot, publisher in wishes.seats.items():
                yield "seat", [name, slot, publisher]

    def _of(self, participant: str) -> _Wishes:
        return self._rooms[self._room_of[participant]][participant]
